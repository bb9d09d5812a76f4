package diag

// Rule documents one rule id: what "gongkai explain" prints. Every id that a room reports stands in the room's Rules.
type Rule struct {
	ID       string
	Severity Severity
	About    Text   // what is wrong, and why it matters
	Source   string // the standard's or contract's place: "contract §2", "standards X-33"; "" for a rule of ours
}

// NewRule makes a Rule.
func NewRule(id string, severity Severity, about Text, source string) Rule {
	return Rule{ID: id, Severity: severity, About: about, Source: source}
}
