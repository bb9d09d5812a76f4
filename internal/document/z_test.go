package document
import ("testing";"os";"path/filepath";"strings")
func TestZ(t *testing.T){
 fs,_ := filepath.Glob("/tmp/pdft/rt/*")
 for _, f := range fs {
  if strings.HasSuffix(f,"lo") {continue}
  data,_ := os.ReadFile(f)
  for _, o := range []Options{{}, {Look: noPrograms}} {
   if o.Look != nil && filepath.Ext(f) != ".pdf" { continue }
  doc, list, err := Read(t.Context(), filepath.Base(f), data, o)
  if doc == nil { t.Log(f, list, err); continue }
  c := count(doc)
  t.Logf("%s via %q pages %d %+v %d findings", filepath.Base(f), doc.Via, doc.Pages, c, len(list))
  for i, d := range list { if i < 3 { t.Log(d.Message.ZH) } }
  }
 }
}
