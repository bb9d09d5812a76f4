package deploy

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/minio/minio-go/v7"
)

// s3Section is how many names a section has. A store gives a thousand at a time, so that a few files more than expected cost no second
// request.
const s3Section = 980

// errNoSections: a list has none where it is in no order, or where a store takes no notice of where to begin, as some do: there each
// section would be the whole list down to its end.
var errNoSections = errors.New("the list has no sections")

// List implements store. A store gives its list page by page, and each page says where the next begins: one after another, they take longer
// than all the rest of a deploy. So sections between names that are likely there are asked for at the same time. Every name lies in one
// section, whether it was likely or not, and a section with more than was expected is read on.
func (s *s3Store) List(ctx context.Context, prefix string, likely []string) ([]Listed, error) {
	type section struct {
		after, until string // until "" is the end
		found        []Listed
	}
	sections := []*section{{}}
	for i := s3Section - 1; i < len(likely)-1; i += s3Section {
		name := prefix + likely[i]
		sections[len(sections)-1].until = name
		sections = append(sections, &section{after: name})
	}
	err := each(ctx, s.parallel, sections, func(ctx context.Context, x *section) (err error) {
		x.found, err = s.listed(ctx, prefix, x.after, x.until)
		return err
	})
	if errors.Is(err, errNoSections) {
		return s.listed(ctx, prefix, "", "")
	}
	if err != nil {
		return nil, err
	}
	var all []Listed
	for _, x := range sections {
		all = append(all, x.found...)
	}
	return all, nil
}

// listed lists what follows a name, to another one.
func (s *s3Store) listed(ctx context.Context, prefix, after, until string) ([]Listed, error) {
	var found []Listed
	last := ""
	opt := minio.ListObjectsOptions{Prefix: prefix, Recursive: true, FetchOwner: new(bool), StartAfter: after}
	for o := range s.client.ListObjectsIter(ctx, s.Bucket, opt) {
		if o.Err != nil {
			return nil, s.fault(ctx, "list", prefix, o.Err)
		}
		s.answered.Store(true)
		if o.Key < after || o.Key < last && (after != "" || until != "") {
			return nil, errNoSections
		}
		last = o.Key
		if until != "" && o.Key > until {
			break
		}
		// The name after which to begin is another section's. One with a slash at its end is a folder, as the stores' consoles make them.
		if o.Key > after && !strings.HasSuffix(o.Key, "/") {
			found = append(found, Listed{o.Key, o.Size, strings.Trim(o.ETag, `"`)})
		}
		if o.Key == until {
			break
		}
	}
	return found, context.Cause(ctx)
}

// lean is a transport that leaves out of lists what nobody here reads: decoding it takes longer than everything else a list costs us.
type lean struct{ http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (l lean) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := l.RoundTripper.RoundTrip(req)
	if err != nil || resp.StatusCode != http.StatusOK || !req.URL.Query().Has("list-type") {
		return resp, err
	}
	text, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, err
	}
	for _, element := range []string{"LastModified", "StorageClass", "ChecksumAlgorithm", "ChecksumType"} {
		text = leaveOut(text, []byte("<"+element+">"), []byte("</"+element+">"))
	}
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return resp, nil
}

// leaveOut takes out of a text, which it overwrites, what stands between two marks, and the marks.
func leaveOut(text, from, to []byte) []byte {
	left := text[:0]
	for {
		before, rest, begins := bytes.Cut(text, from)
		_, after, ends := bytes.Cut(rest, to)
		if !begins || !ends {
			return append(left, text...)
		}
		left = append(left, before...)
		text = after
	}
}
