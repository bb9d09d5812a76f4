package han

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// WebTrace is what a web page leaves in a text that was copied or saved from it (网页残留), by the place it had on the page.
type WebTrace uint8

// The traces. Those before WebPaywall are never part of a document when they fill a whole line at its beginning or end.
const (
	NoTrace    WebTrace = iota
	WebPath             // 您的位置：首页>>…
	WebStamp            // 发表时间：… 来源：… 浏览次数：…
	WebTool             // 打印 关闭 收藏 【字号：大 中 小】
	WebEditor           // 责任编辑：…
	WebPaging           // 上一页 1 2 3 下一页
	WebRelated          // 相关链接, 上一篇, 标签
	WebFoot             // 版权所有, 备案号
	WebCaption          // a picture's caption and the line of a news agency: …记者某某摄, 新华社…电
	WebIntro            // a collector's words before a text: 下面是小编为大家整理的…，供大家参考, 【概述】, 【正文】
	WebPaywall          // 省略724字, 正式会员可阅读: stands where text is missing
)

// TraceOf recognises a line that is a web page's and not the document's. It reads the line alone: whether the line stands where such
// things stand is for the caller to ask.
func TraceOf(line string) WebTrace {
	s := trimBlank(line)
	length := utf8.RuneCountInString(s)
	switch {
	case s == "":
		return NoTrace
	case mayBePaywall(s) && paywall.MatchString(s):
		return WebPaywall
	case length > 160:
		return NoTrace
	case webPath.MatchString(s):
		return WebPath
	case isPaging(s):
		return WebPaging
	case isTools(s):
		return WebTool
	case length <= 60 && webEditor.MatchString(s):
		return WebEditor
	case isStamp(s):
		return WebStamp
	case length <= 80 && webRelated.MatchString(s):
		return WebRelated
	case webFoot.MatchString(s):
		return WebFoot
	case length <= 120 && webCaption.MatchString(s):
		return WebCaption
	case webIntro.MatchString(s):
		return WebIntro
	}
	return NoTrace
}

var (
	webPath    = regexp.MustCompile(`^(?:您|你)?(?:现在|当前|所在)?的?(?:位置|所在位置)(?:是)?[ \x{3000}]*[:：]|^首页[ \x{3000}]*(?:>|》|＞|»|/)|>>[ \x{3000}]*正文$|^当前位置$|^您的位置$|^(?:[>＞»›]+[ \x{3000}]*[^>＞»›，。；：、]{2,16}){2,8}$`)
	webIntro   = regexp.MustCompile(`^[【\[](?:概述|正文|导读|导语|引言|前言)[】\]]$|小编.{0,30}(?:整理|收集|分享)|(?:网友|会员)[ ]*[“"「『].{1,20}[”"」』][^，。]{0,30}(?:整理|投稿)|^(?:本文|文章|此文)[^，。]{0,6}由[^，。]{0,6}(?:网友|会员)[^，。]{0,30}(?:整理|投稿)|为(?:大家|您|你)(?:整理|收集)了|^[^。；]{0,50}供(?:大家|您)参考。?$`)
	webEditor  = regexp.MustCompile(`^[（(【\[ ]*(?:责任编辑|责编|编辑|网络编辑|审核|初审|终审|校对|发布人|录入|信息员|编审)[ \x{3000}]*[:：]`)
	webRelated = regexp.MustCompile(`^[【\[ ]*(?:相关(?:报道|链接|附件|阅读|文章|信息|新闻|文档|稿件|推荐|解读)|上一[篇条]|下一[篇条]|热门(?:推荐|文章|标签|信息)|推荐阅读|延伸阅读|猜你喜欢|标签|扫一扫|微信扫|我要纠错|我要评论|网友评论|发表评论)[】\]]?[ \x{3000}]*(?:$|[:：>》＞]|在手机|打开|分享)`)
	webFoot    = regexp.MustCompile(`^(?:版权所有|主办单位|承办单位|主办[:：]|承办[:：]|技术支持|网站标识码|Copyright|©)|ICP备\d|公网安备|^网站地图`)
	webCaption = regexp.MustCompile(`(?:记者|通讯员|本报|新华社|图片)\p{Han}{0,20}[ \x{3000}·]?\p{Han}{1,8}[ \x{3000}]?摄[）)]?$|^(?:新华社|本报|本网|中新社|人民网)[^，。]{0,20}\d+[^，。]{0,8}[电讯]$|^（?图片来源[:：]`)
	paywall    = regexp.MustCompile(`省略\d+字|全文共\d+字|当前仅显示\d+字|正式会员|会员可.{0,6}阅读|(?:登录|付费|注册|购买)后?.{0,4}(?:阅读|查看|下载)(?:全文|剩余|完整)|请?阅读下面提示信息|点击.{0,4}(?:阅读|查看|展开)全文|试读已?结束|^[.…]*[（(]未完`)
	pagingMark = regexp.MustCompile(`上一页|下一页|上页|下页|末页|尾页|首页|共\d+页|第\d+页|\[\d+\]|\d+|[ \x{3000}\x{a0}|<>《》«»/\[\]【】]+`)
)

// isPaging: the links between the pages of one text, with at least one of 上一页 and 下一页.
func isPaging(s string) bool {
	return (strings.Contains(s, "一页") || strings.Contains(s, "下页")) && pagingMark.ReplaceAllString(s, "") == ""
}

// toolWords are what buttons beside a text say. They stand between blanks, brackets and bars; a line is tools when it holds nothing else.
const toolWords = " 下载 打印 全屏 收藏 加大 还原 减小 缩小 放大 关闭 分享 下载本页 返回 返回顶部 返回首页 回顶部 顶部 打印本页 打印此页 打印文章 打印正文 我要打印 关闭窗口 关闭本页 关闭页面 " +
	"分享到 分享至 字号 字体 字体大小 大 中 小 默认 大中小 特大 繁体 简体 复制链接 复制 语音播报 朗读 暂停 播放 微信 微博 新浪微博 QQ空间 朋友圈 QQ 加入收藏 收藏本页 推荐 推荐给朋友 E-mail推荐 投稿 评论 " +
	"纠错 无障碍 无障碍浏览 长者模式 适老版 首页 扫一扫在手机打开当前页 扫描二维码 二维码 阅读 字号大中小 字体大中小 A+ A- A "

func isTools(s string) bool {
	words := strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("【】[]（）()|｜：:>》＞»·/、,，-—", r)
	})
	for _, w := range words {
		if !strings.Contains(toolWords, " "+w+" ") {
			return false
		}
	}
	return len(words) > 0 || !strings.Contains(s, "||") // bars alone are a row of empty cells
}

// mayBePaywall saves long paragraphs the expression.
func mayBePaywall(s string) bool {
	for _, word := range [...]string{"省略", "全文", "显示", "会员", "提示信息", "试读", "未完", "完整", "剩余"} {
		if strings.Contains(s, word) {
			return true
		}
	}
	return false
}

// PaywallAt finds the notice of missing text in a line, in bytes; ok is false when there is none.
func PaywallAt(line string) (start, end int, ok bool) {
	at := paywall.FindStringIndex(line)
	if at == nil {
		return 0, 0, false
	}
	return at[0], at[1], true
}

// Stamp is a label of a web page's line of publication and what stands behind it: {"来源", "天津日报"}.
type Stamp struct{ Label, Value string }

var (
	stampLabel = regexp.MustCompile(`(发布时间|发表时间|发布日期|发文日期|更新时间|更新日期|录入时间|上传时间|时间|日期|信息来源|文章来源|稿件来源|内容来源|来源|来源于|作者|发布者|发布单位|发布机构|发布部门|责任编辑|责编|供稿|浏览次数|阅读次数|点击次数|访问次数|点击数|点击量|点击|浏览量|浏览|阅读量|阅读数|阅读|访问量|字号|字体|分享|索引号|索 引 号)[ \x{3000}]*[:：]`)
	dateTime   = regexp.MustCompile(`^(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?)(?:[ \x{3000}]*\d{1,2}[:：时]\d{1,2}(?:[:：分]\d{1,2})?分?秒?)?$`)
	// trailingTime is a day and an hour behind a name.
	trailingTime = regexp.MustCompile(`[ \x{3000}]+\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[ \x{3000}]+\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?$`)
	hostDate     = regexp.MustCompile(`(?:www\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:gov\.cn|com|cn|net|org)[ \x{3000}]*(\d{4}年\d{1,2}月\d{1,2}日)`)
)

// Stamps reads the labels of a line of publication, in order; nil when the line is anything else.
func Stamps(line string) []Stamp {
	s := trimBlank(line)
	if utf8.RuneCountInString(s) > 160 {
		return nil
	}
	if dateTime.MatchString(s) && strings.ContainsAny(s, ":：时") {
		return []Stamp{{"时间", s}}
	}
	at := stampLabel.FindAllStringSubmatchIndex(s, -1)
	if len(at) == 0 {
		return nil
	}
	var list []Stamp
	lead := strings.Trim(trimBlank(s[:at[0][0]]), "【[（(|•· \u3000")
	if m := hostDate.FindStringSubmatch(lead); m != nil {
		list = append(list, Stamp{"时间", m[1]})
	} else if lead != "" && !dateTime.MatchString(lead) && !isTools(lead) {
		return nil
	} else if dateTime.MatchString(lead) {
		list = append(list, Stamp{"时间", lead})
	}
	for i, m := range at {
		end := len(s)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		value := strings.Trim(trimBlank(s[m[1]:end]), "】]）)|【[（( \u3000")
		if strings.ContainsAny(value, "。！？；") || utf8.RuneCountInString(value) > 40 {
			return nil
		}
		// 来源：某局 2021-12-27 15:48: the time has no label of its own
		when := trailingTime.FindString(value)
		value = strings.TrimSuffix(value, when)
		list = append(list, Stamp{strings.ReplaceAll(s[m[2]:m[3]], " ", ""), value})
		if when != "" {
			list = append(list, Stamp{"时间", trimBlank(when)})
		}
	}
	return list
}

func isStamp(s string) bool { return Stamps(s) != nil }

var catalogueMark = regexp.MustCompile(`^[【\[]?目[ \x{3000}]*录[】\]]?(?:[ \x{3000}]*/[ \x{3000}]*提纲)?[ \x{3000}]*[:：]?[….。]*$|^提[ \x{3000}]*纲[ \x{3000}]*[:：]?[….。]*$`)

// IsCatalogueMark reports whether a line announces a table of contents: 目录, 目录/提纲:……
func IsCatalogueMark(line string) bool {
	return strings.ContainsAny(line, "目提") && catalogueMark.MatchString(trimBlank(line))
}

var glossaryMark = regexp.MustCompile(`^[（(【\[]?(?:附[件录]?[ \x{3000}]*\d*[:：]?)?[ \x{3000}]*(?:《?政府工作报告》?|《?报告》?)?(?:中?的?(?:有关|相关|部分))?(?:名词|术语|用语|缩略语|注释)(?:和?(?:术语|用语))?(?:解释|注释|说明)?[）)】\]]?[:：]?$`)

// IsGlossaryMark reports whether a line announces the glossary behind a report: 名词解释.
func IsGlossaryMark(line string) bool {
	s := trimBlank(line)
	return utf8.RuneCountInString(s) <= 24 && glossaryMark.MatchString(s)
}

var contentLeader = regexp.MustCompile(`[ \x{3000}]*(?:[.．·…]{2,}|[ \x{3000}\t]{2,})[ \x{3000}]*[-—]?\d{1,4}[-—]?$`)

// WithoutLeader cuts the dots and the page number from a line of a table of contents.
func WithoutLeader(line string) string {
	return trimBlank(contentLeader.ReplaceAllString(trimBlank(line), ""))
}
