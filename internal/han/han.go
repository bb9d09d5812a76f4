// Package han knows Chinese text: which characters are 汉字 and Chinese marks, what a written numeral is worth (二十一, 二〇二一),
// which number a heading begins with (一、 （二） 3. 第一部分), how a text is folded before it is compared or hashed, and how many
// cells it takes on a terminal.
//
// It decides nothing about documents. HeadingNumber says that a line begins with "（二）"; whether the line is a heading is for its
// callers to know: the Markdown reader asks it of headings and of bold run-ins, an importer of any short line, a checker of lines
// that look like headings but are not marked. All functions are pure, accept any string (invalid UTF-8 too) and take time linear
// in its length.
package han
