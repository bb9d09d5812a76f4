package report

import (
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"gongkai/internal/han"
)

// emphasisParser reads runs of * and _ by a rule that suits Chinese.
//
// CommonMark lets ** close only when the character before it is not a punctuation mark, or the one after it is white space or a mark:
// it looks for the edges of Western words. "**（一）疫情防控。**全年" has no such edge, so CommonMark prints the asterisks. The rule
// here (known as "CJK friendly emphasis") differs in two points:
//
//   - A Chinese mark beside the run does not keep it from opening or closing: only other marks do.
//   - Where such another mark stands on the inner side, an East Asian character on the outer side is as good as white space:
//     **30%**以上 closes.
//
// “” ‘’ … — · count as Chinese marks (han.IsCJKPunct): 加强**“双随机”**监管.
//
// And one * between two digits is a multiplication sign and stays: 60*40*30厘米. Nothing else in Western text changes but what stands
// beside those shared marks.
type emphasisParser struct{}

func (emphasisParser) Trigger() []byte { return []byte{'*', '_'} }

func (emphasisParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	line, segment := block.PeekLine()
	n := 1
	for n < len(line) && line[n] == line[0] {
		n++
	}
	before, after := block.PrecendingCharacter(), ' '
	if n < len(line) {
		after, _ = utf8.DecodeRune(line[n:])
	}
	canOpen, canClose := flanking(line[0], before, after)
	if n == 1 && line[0] == '*' && isDigit(before) && isDigit(after) {
		canOpen, canClose = false, false
	}
	node := parser.NewDelimiter(canOpen, canClose, n, line[0], emphasisProcessor{})
	node.Segment = segment.WithStop(segment.Start + n)
	block.Advance(n)
	pc.PushDelimiter(node)
	return node
}

// flanking tells whether a run of the delimiter char between two characters may open and may close emphasis.
func flanking(char byte, before, after rune) (canOpen, canClose bool) {
	left := !unicode.IsSpace(after) && (!isWesternMark(after) || unicode.IsSpace(before) || isMark(before) || han.IsCJK(before))
	right := !unicode.IsSpace(before) && (!isWesternMark(before) || unicode.IsSpace(after) || isMark(after) || han.IsCJK(after))
	if char == '_' { // not within a word: snake_case, 中_文
		return left && (!right || isMark(before)), right && (!left || isMark(after))
	}
	return left, right
}

func isDigit(r rune) bool { return '0' <= r && r <= '9' }

func isMark(r rune) bool { return !han.IsHan(r) && (unicode.IsPunct(r) || unicode.IsSymbol(r)) }

func isWesternMark(r rune) bool { return isMark(r) && !han.IsCJKPunct(r) }

type emphasisProcessor struct{}

func (emphasisProcessor) IsDelimiter(b byte) bool { return b == '*' || b == '_' }

func (emphasisProcessor) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

func (emphasisProcessor) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }
