package render

import (
	"strconv"
	"strings"
	"time"

	"gongkai/internal/report"
	"gongkai/internal/site"
)

// The schema.org values of a report's JSON-LD block (standards §6). Values marked omitempty are left out, never empty.
type (
	ldGraph struct {
		Context string `json:"@context"`
		Graph   []any  `json:"@graph"`
	}
	ldReport struct {
		Type          string      `json:"@type"`
		Headline      string      `json:"headline"`
		URL           string      `json:"url,omitempty"`
		MainEntity    string      `json:"mainEntityOfPage,omitempty"`
		Language      string      `json:"inLanguage"`
		Genre         string      `json:"genre,omitempty"`
		Published     string      `json:"datePublished,omitempty"`
		Created       string      `json:"dateCreated,omitempty"`
		Modified      string      `json:"dateModified,omitempty"`
		Temporal      string      `json:"temporalCoverage,omitempty"`
		Spatial       *ldPlace    `json:"spatialCoverage,omitempty"`
		Publisher     []ldOrgan   `json:"publisher,omitempty"`
		Identifier    *ldProperty `json:"identifier,omitempty"`
		ReportNumber  string      `json:"reportNumber,omitempty"`
		About         *ldTerm     `json:"about,omitempty"`
		Keywords      []string    `json:"keywords,omitempty"`
		Abstract      string      `json:"abstract,omitempty"`
		Status        string      `json:"creativeWorkStatus,omitempty"`
		Correction    []string    `json:"correction,omitempty"`
		IsBasedOn     *ldWork     `json:"isBasedOn,omitempty"`
		Media         []ldMedia   `json:"associatedMedia,omitempty"`
		AccessForFree bool        `json:"isAccessibleForFree"`
	}
	ldPlace struct {
		Type       string      `json:"@type"`
		Name       string      `json:"name"`
		Identifier *ldProperty `json:"identifier,omitempty"`
	}
	ldProperty struct {
		Type  string `json:"@type"`
		Name  string `json:"propertyID"`
		Value string `json:"value"`
	}
	ldOrgan struct {
		Type string `json:"@type"`
		Name string `json:"name"`
	}
	ldTerm struct {
		Type string `json:"@type"`
		Name string `json:"name"`
	}
	ldWork struct {
		Type string `json:"@type"`
		Name string `json:"name,omitempty"`
		URL  string `json:"url,omitempty"`
	}
	ldMedia struct {
		Type string `json:"@type"`
		Name string `json:"name"`
		URL  string `json:"contentUrl"`
	}
	ldCrumbs struct {
		Type  string    `json:"@type"`
		Items []ldCrumb `json:"itemListElement"`
	}
	ldCrumb struct {
		Type     string `json:"@type"`
		Position int    `json:"position"`
		Name     string `json:"name"`
		Item     string `json:"item,omitempty"`
	}
)

// jsonLD is a report's data block: Report and BreadcrumbList. An unofficial site names no government publisher (contract §3).
func (r *Renderer) jsonLD(x *site.Report, crumbs []Link) any {
	l := ldReport{
		Type: "Report", Headline: x.Title, URL: r.absolute(x.URL), MainEntity: r.absolute(x.URL), Language: r.config.Language,
		Genre: x.Kind.Name(), Created: r.moment(x.Written), Temporal: temporal(x), ReportNumber: x.DocumentNumber,
		Keywords: x.Keywords, Abstract: x.Summary, Status: statusName(x.Status), AccessForFree: true,
		Spatial: &ldPlace{Type: "AdministrativeArea", Name: x.In.FullName},
	}
	if !x.Date.IsZero() {
		l.Published = r.timestamp(x.Date)
	}
	if !x.In.Local {
		l.Spatial.Identifier = &ldProperty{"PropertyValue", "GB/T 2260", x.In.Code}
	}
	if r.config.Official {
		for _, name := range x.Organs {
			l.Publisher = append(l.Publisher, ldOrgan{"GovernmentOrganization", name})
		}
	}
	if x.IndexNumber != "" {
		l.Identifier = &ldProperty{"PropertyValue", "索引号", x.IndexNumber}
	}
	if x.Topic != "" {
		l.About = &ldTerm{"DefinedTerm", x.Topic}
	}
	if len(x.Revisions) > 0 {
		l.Modified = r.timestamp(x.Modified())
	}
	for _, v := range x.Revisions {
		l.Correction = append(l.Correction, strings.TrimSpace(v.Date.ISO()+" "+v.Type+" "+v.Note))
	}
	if x.Source.Name != "" || x.Source.URL != "" {
		l.IsBasedOn = &ldWork{"CreativeWork", x.Source.Name, x.Source.URL}
	}
	for _, f := range attachments(x) {
		if u := r.absolute(f.URL); u != "" {
			l.Media = append(l.Media, ldMedia{"MediaObject", f.Text, u})
		}
	}
	return ldGraph{"https://schema.org", []any{l, r.ldBreadcrumbs(crumbs)}}
}

func (r *Renderer) ldBreadcrumbs(crumbs []Link) ldCrumbs {
	l := ldCrumbs{Type: "BreadcrumbList"}
	for i, c := range crumbs {
		item := ldCrumb{Type: "ListItem", Position: i + 1, Name: c.Text}
		if c.URL != "" {
			item.Item = r.absolute(c.URL)
		}
		l.Items = append(l.Items, item)
	}
	return l
}

// temporal is the ISO 8601 interval that a report speaks of, its plan included.
func temporal(x *site.Report) string {
	from, to := x.Period.From, x.Period.To
	if x.Period.IsZero() {
		from, to = x.PlanPeriod.From, x.PlanPeriod.To
	} else if !x.PlanPeriod.IsZero() && x.PlanPeriod.To.Compare(to) > 0 {
		to = x.PlanPeriod.To
	}
	if from.IsZero() {
		return strconv.Itoa(x.Year)
	}
	return from.ISO() + "/" + to.ISO()
}

// moment is a day as it is written, or with a minute the instant.
func (r *Renderer) moment(d report.Date) string {
	if d.Timed {
		return r.timestamp(d)
	}
	return d.ISO()
}

// timestamp is an instant in the site's zone, RFC 3339.
func (r *Renderer) timestamp(d report.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.In(r.config.Location).Format(time.RFC3339)
}
