package deploy

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// shelf is a store that only lists, a thousand names at a time.
type shelf struct {
	names    []string // in the order in which it gives them
	deaf     bool     // takes no notice of where to begin
	fails    string   // answers that it is busy to who begins after this name
	requests atomic.Int64
}

// ServeHTTP implements http.Handler.
func (x *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	type object struct {
		Key, LastModified, ETag string
		Size                    int
		StorageClass            string
	}
	var page struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		EncodingType          string
		IsTruncated           bool
		NextContinuationToken string
		Contents              []object
	}
	x.requests.Add(1)
	q := r.URL.Query()
	if x.fails != "" && q.Get("start-after") == x.fails {
		s3Error(w, http.StatusServiceUnavailable, "SlowDown")
		return
	}
	page.EncodingType = "url"
	from := 0
	fmt.Sscan(q.Get("continuation-token"), &from)
	for i, name := range x.names[from:] {
		if !strings.HasPrefix(name, q.Get("prefix")) || !x.deaf && name <= q.Get("start-after") {
			continue
		}
		if len(page.Contents) == 1000 {
			page.IsTruncated, page.NextContinuationToken = true, fmt.Sprint(from+i)
			break
		}
		page.Contents = append(page.Contents, object{url.QueryEscape(name), "2026-11-22T00:00:00.000Z", `"` + tagOf(name) + `"`, len(name), "STANDARD"})
	}
	w.Header().Set("Content-Type", "application/xml")
	xml.NewEncoder(w).Encode(page)
}

func tagOf(name string) string { return fmt.Sprintf("%.32x", name) }

// list asks the store that a handler is.
func (x *shelf) list(t *testing.T, prefix string, likely []string) ([]Listed, error) {
	t.Helper()
	server := httptest.NewServer(x)
	defer server.Close()
	s, err := gateway{}.options(S3Options{Endpoint: server.URL, tries: 1, parallel: 4}).connect(t.Context(), false)
	must(t, err)
	defer s.Close()
	return s.List(t.Context(), prefix, likely)
}

// TestS3List: whatever was thought likely, and however the store answers, a list has every name once.
func TestS3List(t *testing.T) {
	var names, more []string
	for i := range 4200 {
		names = append(names, fmt.Sprintf("site/%04d/表 %d&<LastModified>.html", i/40, i%40))
	}
	for i := range 2300 { // of others, all between two of ours
		more = append(more, fmt.Sprintf("site/0050/_%04d", i))
	}
	slices.Sort(names)
	all := slices.Sorted(slices.Values(append(more, names...)))
	likely := make([]string, len(names))
	for i, name := range names {
		likely[i] = strings.TrimPrefix(name, "site/")
	}
	deaf := &shelf{names: all, deaf: true}
	backwards := slices.Clone(names)
	slices.Reverse(backwards)
	for _, c := range []struct {
		name     string
		store    *shelf
		likely   []string
		requests int64 // 0 for any number
	}{
		{"as expected", &shelf{names: names}, likely, 5},
		{"not known", &shelf{names: names}, nil, 5},
		{"few", &shelf{names: names[:3]}, likely[:3], 1},
		{"a section", &shelf{names: names[:s3Section]}, likely[:s3Section], 1},
		{"some more", &shelf{names: names}, slices.DeleteFunc(slices.Clone(likely), func(name string) bool { return strings.Contains(name, "5/表 7&") }), 5},
		{"many more", &shelf{names: all}, likely, 0},
		{"other names", &shelf{names: names}, append([]string{"a"}, slices.Repeat([]string{"x/y"}, 3000)...), 0},
		{"nothing there", &shelf{}, likely, 0},
		{"a folder", &shelf{names: append(slices.Clone(names), "site/9999/")}, likely, 5},
		{"deaf", deaf, likely, 0},
		{"in no order", &shelf{names: backwards}, likely, 0},
		{"in no order and deaf", &shelf{names: backwards, deaf: true}, likely, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			l, err := c.store.list(t, "site/", c.likely)
			must(t, err)
			slices.SortFunc(l, func(a, b Listed) int { return cmp.Compare(a.Name, b.Name) })
			var got []string
			for _, x := range l {
				got = append(got, x.Name)
				if x.Size != int64(len(x.Name)) || x.Version != tagOf(x.Name) {
					t.Fatalf("%+v", x)
				}
			}
			want := slices.Sorted(slices.Values(c.store.names))
			want = slices.DeleteFunc(want, func(name string) bool { return strings.HasSuffix(name, "/") })
			if !slices.Equal(got, want) {
				t.Errorf("%d names, want %d", len(got), len(want))
			}
			if n := c.store.requests.Load(); c.requests > 0 && n != c.requests {
				t.Errorf("%d requests, want %d", n, c.requests)
			}
		})
	}
	if n := deaf.requests.Load(); n > 5+7 {
		t.Errorf("%d requests of a store that begins every section at its first name", n)
	}
	busy := &shelf{names: names, fails: names[2*s3Section-1]}
	if l, err := busy.list(t, "site/", likely); err == nil || l != nil {
		t.Errorf("a section failed: %d names, %v", len(l), err)
	}
	if busy.requests.Load() < 2 {
		t.Error("the test is wrong: no section failed")
	}
}

// TestS3ListGateway: a real store gives the same list in sections as in one go.
func TestS3ListGateway(t *testing.T) {
	g := newGateway(t)
	x := g.spot(t, S3Options{})
	var likely []string
	for i := range 2500 {
		name := fmt.Sprintf("1101%02d/wjw/2015/zongjie-%d.html", i/100, i)
		if i%5 == 0 { // beside a folder of the same name
			name = strings.TrimSuffix(name, ".html") + "/表.pdf"
		}
		full := filepath.Join(x.dir, filepath.FromSlash(name))
		must(t, os.MkdirAll(filepath.Dir(full), 0o755))
		must(t, os.WriteFile(full, []byte(name), 0o644))
		if i%7 > 0 {
			likely = append(likely, name)
		}
	}
	slices.Sort(likely)
	s, err := x.Target.(*inPlace).connect(t.Context(), false)
	must(t, err)
	defer s.Close()
	plain, err := s.List(t.Context(), "", nil)
	must(t, err)
	sections, err := s.List(t.Context(), "", likely)
	must(t, err)
	if len(plain) != 2500 || !slices.Equal(plain, sections) {
		t.Errorf("%d files in one go, %d in sections", len(plain), len(sections))
	}
	if !slices.IsSortedFunc(plain, func(a, b Listed) int { return cmp.Compare(a.Name, b.Name) }) {
		t.Error("not sorted")
	}
}

func TestLeaveOut(t *testing.T) {
	for _, c := range [][2]string{
		{"", ""}, {"<a>1</a>", ""}, {"x<a>1</a>y<a></a><a>2</a>z", "xyz"}, {"x<a>1", "x<a>1"}, {"x</a><a>1</a>", "x</a>"}, {"<a><a>1</a>2", "2"}, {"<b>1</b>", "<b>1</b>"},
	} {
		if got := string(leaveOut([]byte(c[0]), []byte("<a>"), []byte("</a>"))); got != c[1] {
			t.Errorf("%q: %q, want %q", c[0], got, c[1])
		}
	}
}
