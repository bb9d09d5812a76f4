package main

// keyInEnglish says what a key of front matter means; the Chinese stands at the key's declaration, where the editors' schema takes it from.
func keyInEnglish(key string) string {
	switch key {
	case "title":
		return "the report's own title"
	case "agency":
		return "full official name of the publishing agency; a list when there are several, the lead first"
	case "kind":
		return "what kind of report it is"
	case "date":
		return "when the agency published it, day or minute"
	case "collected":
		return "when an unofficial site took it in, for reports without a known day of publication"
	case "written":
		return "when it was written, not after its date of publication"
	case "period":
		return "the time looked back on: 2021, 2021-H1, 2021-Q3 or 2021..2025"
	case "plan_period":
		return "the time planned for, written like period"
	case "index_number":
		return "number in the disclosure catalogue, unique in the site"
	case "document_number":
		return "number of the official document"
	case "topic":
		return "path in the vocabulary of topics"
	case "keywords":
		return "list of keywords"
	case "summary":
		return "abstract, at most 300 characters"
	case "publicity":
		return "way of disclosure; what is open on request only, or not at all, is never built"
	case "department":
		return "department in charge of the report"
	case "basis":
		return "rule on which disclosure rests"
	case "status":
		return "current, superseded or withdrawn"
	case "revisions":
		return "corrections, updates and additions since publication"
	case "source":
		return "where the text comes from"
	case "attachments":
		return "files in the report's own folder"
	case "aliases":
		return "earlier addresses of the page on this site"
	case "draft":
		return "a draft is built with --drafts only"
	case "review":
		return "record of the steps before publication, not shown on pages"
	case "waive":
		return "findings that were checked and need not be reported"
	case "figures":
		return "corrections to figures that were extracted wrongly"
	case "district":
		return "GB/T 2260 code in the path; where it is written it must agree"
	case "year":
		return "year in the path; where it is written it must agree"
	}
	return ""
}
