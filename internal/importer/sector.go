package importer

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"gongkai/internal/division"
)

// sector is a field of government work: what its organs are called, and what stands for them in paths.
type sector struct {
	name  string // as in the organ's full name
	short string // as organs are called in running text; may be ""
	key   string // letters of the agency's key before that of its kind: wj + j
	slug  string // first word of a slug
	board bool   // 委员会 from the prefecture up
}

// sectors is a small table of the organs that publish work reports, with our own keys; whatever is not here is keyed by its initials.
var sectors = [...]sector{
	{"卫生健康", "卫健", "wj", "weijian", true}, {"卫生和计划生育", "卫计", "wj", "weiji", true}, {"卫生", "", "ws", "weisheng", false}, {"教育", "", "jy", "jiaoyu", false},
	{"教育体育", "教体", "jt", "jiaoti", false}, {"科学技术", "科技", "kj", "keji", false}, {"发展和改革", "发改", "fg", "fagai", true}, {"工业和信息化", "工信", "gx", "gongxin", false},
	{"公安", "", "ga", "gongan", false}, {"民政", "", "mz", "minzheng", false}, {"司法", "", "sf", "sifa", false}, {"财政", "", "cz", "caizheng", false},
	{"人力资源和社会保障", "人社", "rs", "renshe", false}, {"自然资源和规划", "自规", "zg", "zigui", false}, {"自然资源", "", "zr", "ziran", false}, {"生态环境", "", "sthj", "shengtai", false},
	{"环境保护", "环保", "hb", "huanbao", false}, {"住房和城乡建设", "住建", "zj", "zhujian", false}, {"交通运输", "交通", "jtys", "jiaotong", false}, {"水利", "", "sl", "shuili", false},
	{"水务", "", "sw", "shuiwu", false}, {"农业农村", "", "nync", "nongye", false}, {"商务", "", "shangw", "shangwu", false}, {"文化和旅游", "文旅", "wl", "wenlv", false},
	{"退役军人事务", "退役军人", "tyjr", "tuiyi", false}, {"应急管理", "应急", "yj", "yingji", false}, {"审计", "", "sj", "shenji", false}, {"市场监督管理", "市场监管", "scjg", "shichang", false},
	{"体育", "", "ty", "tiyu", false}, {"统计", "", "tj", "tongji", false}, {"医疗保障", "医保", "yb", "yibao", false}, {"信访", "", "xf", "xinfang", false}, {"城市管理", "城管", "cg", "chengguan", false},
	{"乡村振兴", "", "xczx", "xiangcun", false}, {"林业和草原", "林草", "lc", "lincao", false}, {"行政审批", "", "xzsp", "shenpi", false}, {"政务服务", "", "zwfw", "zhengwu", false}, {"气象", "", "qx", "qixiang", false},
}

// organKinds are the last words of organs, with the letter of their keys.
var organKinds = [...]struct{ word, full, key string }{
	{"人民政府", "", "zf"}, {"办事处", "", "bsc"}, {"联合会", "", "lhh"}, {"总工会", "", "zgh"}, {"合作社", "", "hzs"}, {"管理委员会", "", "gwh"}, {"管委会", "管理委员会", "gwh"}, {"委员会", "", "w"}, {"委", "委员会", "w"}, {"局", "", "j"}, {"厅", "", "t"}, {"办公室", "", "b"}, {"中心", "", "zx"}, {"院", "", "y"}, {"处", "", "c"},
}

// sectorOf finds the sector that a text begins with: the longest name. size is 0 when there is none.
func sectorOf(s string) (found sector, size int) {
	for _, x := range sectors {
		for _, name := range [...]string{x.name, x.short} {
			if name != "" && len(name) > size && strings.HasPrefix(s, name) {
				found, size = x, len(name)
			}
		}
	}
	return found, size
}

// agency is an organ that publishes.
type agency struct {
	name string
	key  string
	slug string // the sector's word, "" for none
	seat seat
}

// organName reads a whole text as the name of an organ, and gives it its full form: 未央区卫健局 → 西安市未央区卫生健康局.
func (im *importing) organName(s string) (a agency, ok bool) {
	s = tight(s)
	if utf8.RuneCountInString(s) > 40 || s == "" {
		return a, false
	}
	if s == "国务院" {
		return agency{name: s, key: "guowuyuan", seat: im.seat(s)}, true
	}
	if field, ok := strings.CutPrefix(s, "国家"); ok { // 国家统计局
		if x, size := sectorOf(field); size > 0 && field[size:] == "局" {
			return agency{name: s, key: x.key + "j", slug: x.slug, seat: im.seat("国务院")}, true
		}
	}
	a.seat = im.seat(s)
	rest := s[a.seat.size:]
	place := s[:a.seat.size]
	if a.seat.known {
		place = im.placeName(a.seat)
	}
	switch rest {
	case "人民政府", "政府":
		return agency{name: place + "人民政府", key: "zhengfu", seat: a.seat}, a.seat.known
	case "人民政府办公室", "人民政府办公厅", "政府办公室", "政府办公厅":
		return agency{name: place + "人民" + strings.TrimPrefix(rest, "人民"), key: "zfb", seat: a.seat}, a.seat.known
	}
	sector, size := sectorOf(rest)
	for _, kind := range organKinds {
		head, found := strings.CutSuffix(rest, kind.word)
		if !found {
			continue
		}
		word := kind.word
		if kind.full != "" {
			word = kind.full
		}
		if size > 0 && len(head) == size {
			a.name, a.key, a.slug = place+sector.name+word, sector.key+kind.key, sector.slug
			return a, true
		}
		if a.seat.known && utf8.RuneCountInString(head) <= 16 {
			a.name, a.key = place+rest, kind.key
			if head != "" { // a field that the table does not know
				a.key = initials(head) + kind.key
			}
			return a, true
		}
		return agency{}, false
	}
	return agency{}, false
}

// firstOf gives the first characters, in GB 2312, of the letters of pinyin: the standard sorts its 3,755 common characters by their sound.
var firstOf = [...]struct {
	code   int
	letter byte
}{
	{0xB0A1, 'a'}, {0xB0C5, 'b'}, {0xB2C1, 'c'}, {0xB4EE, 'd'}, {0xB6EA, 'e'}, {0xB7A2, 'f'}, {0xB8C1, 'g'}, {0xB9FE, 'h'}, {0xBBF7, 'j'}, {0xBFA6, 'k'}, {0xC0AC, 'l'}, {0xC2E8, 'm'}, {0xC4C3, 'n'},
	{0xC5B6, 'o'}, {0xC5BE, 'p'}, {0xC6DA, 'q'}, {0xC8BB, 'r'}, {0xC8F6, 's'}, {0xCBFA, 't'}, {0xCDDA, 'w'}, {0xCEF4, 'x'}, {0xD1B9, 'y'}, {0xD4D1, 'z'}, {0xD7FA, 0},
}

// initials are the first letters of a name in pinyin, 和 and rare characters left out: 粮食和物资储备 → lswzcb.
func initials(name string) string {
	var b strings.Builder
	for _, r := range name {
		code, err := simplifiedchinese.GBK.NewEncoder().Bytes([]byte(string(r)))
		if err != nil || len(code) != 2 || r == '和' || r == '与' {
			continue
		}
		n := int(code[0])<<8 | int(code[1])
		for i := len(firstOf) - 1; i >= 0; i-- {
			if n >= firstOf[i].code {
				if firstOf[i].letter != 0 {
					b.WriteByte(firstOf[i].letter)
				}
				break
			}
		}
	}
	if b.Len() == 0 {
		return "jg" // 机构
	}
	return b.String()
}

// organOf makes the name of the organ that a sector has at a place: 局, and 委员会 where that is the custom.
func (im *importing) organOf(s sector, at seat) agency {
	word, key := "局", "j"
	if at.local == nil && s.board && at.district.Level < division.County {
		word, key = "委员会", "w"
	} else if at.local == nil && at.district.Level == division.Province {
		word, key = "厅", "t"
	}
	return agency{name: im.placeName(at) + s.name + word, key: s.key + key, slug: s.slug, seat: at}
}
