package diag

import (
	"encoding/json"
	"io"
	"net/url"
	"slices"
)

type (
	sarifText struct {
		Text string `json:"text"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"`
	}
	sarifArtifact struct {
		URI string `json:"uri"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifLocation struct {
		Physical sarifPhysical `json:"physicalLocation"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Justification string `json:"justification"`
	}
	sarifResult struct {
		RuleID       string             `json:"ruleId"`
		RuleIndex    int                `json:"ruleIndex"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Suppressions []sarifSuppression `json:"suppressions,omitempty"`
	}
	sarifRule struct {
		ID string `json:"id"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifRun struct {
		Tool       sarifTool     `json:"tool"`
		ColumnKind string        `json:"columnKind"`
		Results    []sarifResult `json:"results"`
	}
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
)

// WriteSARIF prints SARIF 2.1.0 with columns in Unicode code points.
func WriteSARIF(w io.Writer, list List, lang, version string) error {
	run := sarifRun{
		Tool:       sarifTool{sarifDriver{Name: "gongkai", Version: version, Rules: []sarifRule{}}},
		ColumnKind: "unicodeCodePoints",
		Results:    []sarifResult{},
	}
	for _, d := range list {
		rule := slices.Index(run.Tool.Driver.Rules, sarifRule{d.Rule})
		if rule < 0 {
			rule = len(run.Tool.Driver.Rules)
			run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, sarifRule{d.Rule})
		}
		run.Results = append(run.Results, d.sarif(rule, lang))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func (d Diagnostic) sarif(rule int, lang string) sarifResult {
	message := d.Message.In(lang)
	if hint := d.Hint.In(lang); hint != "" {
		message += "\nhint: " + hint
	}
	at := sarifPhysical{Artifact: sarifArtifact{(&url.URL{Path: d.Path}).String()}}
	if d.Start.Line > 0 {
		start, end := d.span()
		at.Region = &sarifRegion{start.Line, start.Column, end.Line, end.Column}
	}
	r := sarifResult{
		RuleID: d.Rule, RuleIndex: rule,
		Level:     map[Severity]string{Error: "error", Warning: "warning", Info: "note"}[d.Severity],
		Message:   sarifText{message},
		Locations: []sarifLocation{{at}},
	}
	if d.Waived != "" {
		r.Suppressions = []sarifSuppression{{"inSource", d.Waived}}
	}
	return r
}
