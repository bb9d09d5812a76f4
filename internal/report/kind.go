package report

import "slices"

// Kind (材料类型) is the genre of a report: contract §2.
type Kind string

// The kinds, in the order in which indexes list them.
const (
	Summary              Kind = "summary"
	Plan                 Kind = "plan"
	SummaryAndPlan       Kind = "summary-and-plan"
	WorkPoints           Kind = "work-points"
	GovernmentWorkReport Kind = "government-work-report"
	SpecialReport        Kind = "special-report"
	StatisticalBulletin  Kind = "statistical-bulletin"
	Other                Kind = "other"
)

type kindName struct {
	kind Kind
	name string
}

var kinds = []kindName{
	{Summary, "工作总结"},
	{Plan, "工作计划"},
	{SummaryAndPlan, "总结和计划"},
	{WorkPoints, "工作要点"},
	{GovernmentWorkReport, "政府工作报告"},
	{SpecialReport, "专项工作报告"},
	{StatisticalBulletin, "统计公报"},
	{Other, "其他"},
}

// Kinds lists all kinds in the order in which indexes show them.
func Kinds() []Kind {
	list := make([]Kind, len(kinds))
	for i, k := range kinds {
		list[i] = k.kind
	}
	return list
}

// Name is the kind's Chinese name: 工作总结.
func (k Kind) Name() string {
	if i := slices.IndexFunc(kinds, func(n kindName) bool { return n.kind == k }); i >= 0 {
		return kinds[i].name
	}
	return string(k)
}

// ParseKind reads a key ("summary") or a Chinese name ("工作总结").
func ParseKind(word string) (Kind, bool) {
	for _, k := range kinds {
		if word == string(k.kind) || word == k.name {
			return k.kind, true
		}
	}
	return "", false
}
