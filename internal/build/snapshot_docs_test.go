package build

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gongkai/internal/report"
)

// TestManyDocsGone: a district's folder is moved away. (It takes as long as looking through the list once; moving the list for every file
// took seconds.)
func TestManyDocsGone(t *testing.T) {
	p := &Preview{tree: newTree(t.TempDir(), time.Now), docs: map[string]*doc{}}
	var gone []string
	for i := range 50000 {
		rel := fmt.Sprintf("610112/wjj/2021/a%06d.md", i)
		p.docs[rel] = &doc{rel: rel}
		p.files = append(p.files, file{rel: rel, head: new(report.Head)})
		if i%10 > 0 {
			gone = append(gone, rel)
		}
	}
	r, err := p.takeDocs(context.Background(), gone, false, &Change{})
	if err != nil || !r.heads || len(p.files) != 5000 || len(p.docs) != 5000 {
		t.Errorf("%v, %d files, %d docs", err, len(p.files), len(p.docs))
	}
}
