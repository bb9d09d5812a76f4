package deploy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/minio/minio-go/v7"
)

// Put implements store. The request is signed with the SHA-256 that the manifest has, which the store compares with what it receives.
func (s *s3Store) Put(ctx context.Context, f File) (Stored, error) {
	if f.Size == 0 && f.Sum != sumOfBytes(nil) {
		return Stored{}, wrongBytes(f.Name) // nothing is read to send nothing
	}
	opt, err := s.options(f.Name, f.Sum.String(), f.Open)
	if err != nil {
		return Stored{}, err
	}
	var stored Stored
	err = s.try(ctx, func() error {
		var err error
		stored, err = s.put(ctx, f, opt)
		return err
	})
	return stored, err
}

func (s *s3Store) put(ctx context.Context, f File, opt minio.PutObjectOptions) (Stored, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	b, err := openBody(f, cancel)
	if err != nil {
		return Stored{}, err
	}
	info, err := s.client.PutObject(ctx, s.Bucket, f.Name, b, f.Size, "", f.Sum.String(), opt)
	if err != nil {
		return Stored{}, errors.Join(s.fault(ctx, "put", f.Name, err), b.close())
	}
	s.answered.Store(true)
	return Stored{Version: info.ETag, Proven: info.ETag == b.etag()}, b.close()
}

// Copy implements store.
func (s *s3Store) Copy(ctx context.Context, from Listed, to string) (Stored, error) {
	sum := path.Base(from.Name) // one of the two is an object of the state, named by its sum
	if !strings.HasPrefix(from.Name, s.State) {
		sum = path.Base(to)
	}
	opt, err := s.options(to, sum, func() (io.ReadCloser, error) { return s.Read(ctx, from.Name) })
	if err != nil {
		return Stored{}, err
	}
	info, err := s.client.Client.CopyObject(ctx,
		minio.CopyDestOptions{Bucket: s.Bucket, Object: to, ReplaceMetadata: true, UserMetadata: opt.UserMetadata, ContentType: opt.ContentType, CacheControl: opt.CacheControl},
		minio.CopySrcOptions{Bucket: s.Bucket, Object: from.Name, MatchETag: `"` + from.Version + `"`})
	if err != nil {
		return Stored{}, s.fault(ctx, "copy", from.Name, err)
	}
	return Stored{Version: info.ETag, Proven: info.ETag == from.Version}, nil
}

// Delete implements store.
func (s *s3Store) Delete(ctx context.Context, names []string) error {
	var gone []minio.ObjectInfo
	for _, name := range names {
		gone = append(gone, minio.ObjectInfo{Key: name})
	}
	return s.remove(ctx, gone)
}

func (s *s3Store) remove(ctx context.Context, objects []minio.ObjectInfo) error {
	if len(objects) == 0 {
		return nil
	}
	results, err := s.client.RemoveObjectsWithIter(ctx, s.Bucket, slices.Values(objects), minio.RemoveObjectsOptions{})
	if err != nil {
		return s.fault(ctx, "delete", objects[0].Key, err)
	}
	for r := range results {
		if r.Err != nil {
			if err := s.fault(ctx, "delete", r.ObjectName, r.Err); !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return context.Cause(ctx)
}

// Erase implements eraser: a bucket that keeps versions keeps the old bytes of what was replaced or deleted. They go here; what readers see
// stays.
func (s *s3Store) Erase(ctx context.Context, names []string) error {
	versioning, err := s.client.GetBucketVersioning(ctx, s.Bucket)
	if err != nil {
		return s.fault(ctx, "get versioning of", s.Bucket, err)
	}
	if !versioning.Enabled() && !versioning.Suspended() {
		return nil
	}
	erase := map[string]bool{}
	for _, name := range names {
		erase[name] = true
	}
	var old []minio.ObjectInfo
	for _, prefix := range []string{s.Prefix, s.State} {
		if prefix == s.State && strings.HasPrefix(s.State, s.Prefix) {
			continue
		}
		for o := range s.client.ListObjectsIter(ctx, s.Bucket, minio.ListObjectsOptions{Prefix: prefix, Recursive: true, WithVersions: true}) {
			if o.Err != nil {
				return s.fault(ctx, "list versions of", prefix, o.Err)
			}
			if erase[o.Key] && (!o.IsLatest || o.IsDeleteMarker) {
				old = append(old, minio.ObjectInfo{Key: o.Key, VersionID: o.VersionID})
			}
		}
	}
	return s.remove(ctx, old)
}

// Create implements store. Some stores take no notice of the condition; a second try, which must fail, shows that. Others do not know it, or
// take the mark of a deleted object in a bucket with versions for an object. There the lock rests on looking before and after.
func (s *s3Store) Create(ctx context.Context, name string, data []byte) (string, error) {
	if version, err := s.ours(ctx, name, data, fs.ErrExist); !errors.Is(err, fs.ErrNotExist) {
		return version, err
	}
	condition := func(o *minio.PutObjectOptions) { o.SetMatchETagExcept("*") }
	version, err := s.putIf(ctx, name, data, condition)
	switch {
	case err == nil:
		_, err = s.putIf(ctx, name, data, condition)
		if errors.Is(err, errConflict) {
			return version, nil
		}
		s.weak.Store(true)
	case errors.Is(err, errConflict):
		if version, err = s.ours(ctx, name, data, fs.ErrExist); !errors.Is(err, fs.ErrNotExist) {
			return version, err
		}
		err = nil
	case errors.Is(err, errors.ErrUnsupported):
		s.weak.Store(true)
	}
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return "", err
	}
	return s.settle(ctx, name, data, fs.ErrExist)
}

// Replace implements store.
func (s *s3Store) Replace(ctx context.Context, name string, data []byte, version string) (string, error) {
	if s.weak.Load() {
		switch _, now, err := s.Get(ctx, name); {
		case err != nil:
			return "", err
		case now != version:
			return "", fmt.Errorf("replace %s: %w", name, errConflict)
		}
		return s.settle(ctx, name, data, errConflict)
	}
	version, err := s.putIf(ctx, name, data, func(o *minio.PutObjectOptions) { o.SetMatchETag(version) })
	if errors.Is(err, errConflict) {
		return s.ours(ctx, name, data, errConflict)
	}
	return version, err
}

// ours tells a condition that failed from a request that was answered twice: minio asks again when the first answer is lost. Its error is
// otherwise when something else is there, and fs.ErrNotExist when nothing is.
func (s *s3Store) ours(ctx context.Context, name string, data []byte, otherwise error) (string, error) {
	there, version, err := s.Get(ctx, name)
	if err != nil || bytes.Equal(there, data) {
		return version, err
	}
	return "", fmt.Errorf("put %s: %w", name, otherwise)
}

// settle writes without a condition and looks whether it stays.
func (s *s3Store) settle(ctx context.Context, name string, data []byte, otherwise error) (string, error) {
	if _, err := s.putIf(ctx, name, data, func(*minio.PutObjectOptions) {}); err != nil {
		return "", err
	}
	if err := sleep(ctx, s.settling); err != nil {
		return "", err
	}
	return s.ours(ctx, name, data, otherwise)
}

// putIf puts a small object of the state under a condition.
func (s *s3Store) putIf(ctx context.Context, name string, data []byte, condition func(*minio.PutObjectOptions)) (string, error) {
	opt := stateOptions()
	condition(&opt)
	sum := sumOfBytes(data)
	info, err := s.client.PutObject(ctx, s.Bucket, name, bytes.NewReader(data), int64(len(data)), "", sum.String(), opt)
	if err != nil {
		return "", s.fault(ctx, "put", name, err)
	}
	s.answered.Store(true)
	return info.ETag, nil
}
