package deploy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"github.com/minio/minio-go/v7"

	"gongkai/internal/diag"
)

// What can go wrong with an S3 target, besides ErrCut, ErrConnect, ErrLogin and ErrFull; ask with errors.Is.
var (
	ErrBucket = errors.New("there is no such bucket")
	ErrDenied = errors.New("the key may not do that")
	ErrBusy   = errors.New("the store is out of order")
	ErrRegion = errors.New("the bucket is elsewhere")
	ErrClock  = errors.New("the clocks differ")
)

// fault makes an answer of the store, or none, say operation, name and what to do.
func (s *s3Store) fault(ctx context.Context, op, name string, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var answer minio.ErrorResponse
	if !errors.As(err, &answer) {
		return s.noAnswer(err)
	}
	if answer.StatusCode != 0 {
		s.answered.Store(true)
	}
	if p := s.problem(answer, op, name); p != nil {
		return p
	}
	detail := answer.Code
	if answer.Message != "" && answer.Message != answer.Code {
		detail += ": " + answer.Message
	}
	return &fs.PathError{Op: op, Path: s.place() + " " + name, Err: errors.New(detail)}
}

// problem knows the answers that a person can do something about, and those that the engine waits for; nil for others.
func (s *s3Store) problem(answer minio.ErrorResponse, op, name string) error {
	switch answer.Code {
	case minio.NoSuchBucket:
		return problem(ErrBucket, s.place(), diag.Say("%s 上没有存储桶 %s", "%s has no bucket %s", s.Endpoint, s.Bucket),
			diag.Say("请核对 bucket、endpoint 和 path_style，或先在控制台建好存储桶", "check bucket, endpoint and path_style, or make the bucket first"), nil)
	case minio.NoSuchKey, "NotFound":
		return missing(op, name)
	case minio.InvalidAccessKeyID, "InvalidAccessKey", "SignatureDoesNotMatch", "InvalidToken", "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "InvalidSecurity", "XAdminUserNotFound":
		return problem(ErrLogin, s.place(), diag.Say("%s 不认这对访问密钥（%s）", "%s does not accept the access key (%s)", s.Endpoint, answer.Code),
			diag.Say("请核对 access_key_env 和 secret_key_env 所指的环境变量，或 credentials_file", "check the environment variables that access_key_env and secret_key_env name, or credentials_file"), nil)
	case minio.AccessDenied, "AllAccessDisabled", "AccountProblem":
		return denied(s, op, name, answer)
	case "RequestTimeTooSkewed":
		return problem(ErrClock, s.place(), diag.Say("本机的时钟与 %s 相差太多，请求被拒绝", "this machine's clock differs too much from that of %s: the request was refused", s.Endpoint),
			diag.Say("请校准本机时间后再发布", "set the clock, then deploy again"), nil)
	case minio.AuthorizationHeaderMalformed, minio.InvalidRegion, "PermanentRedirect", "TemporaryRedirect", "IllegalLocationConstraintException":
		return problem(ErrRegion, s.place(), diag.Say("存储桶 %s 不在这个区域（%s）", "the bucket %s is in another region (%s)", s.Bucket, detailOf(answer)),
			diag.Say("请核对 region 和 endpoint", "check region and endpoint"), nil)
	case "QuotaExceeded", "XMinioStorageFull", "StorageFull", "InsufficientStorage", "XMinioAdminBucketQuotaExceeded", "UserQuotaExceeded":
		return noSpace(s.place(), nil)
	case minio.XAmzContentSHA256Mismatch, minio.BadDigest, minio.IncompleteBody: // on the way: what is read is compared here first
		return lostOnTheWay(s.Endpoint, answer)
	case minio.PreconditionFailed, "ConditionalRequestConflict":
		return fmt.Errorf("%s %s: %w", op, name, errConflict)
	case "NotImplemented", minio.APINotSupported:
		return fmt.Errorf("%s %s: %s: %w", op, name, answer.Code, errors.ErrUnsupported)
	}
	switch answer.StatusCode {
	case http.StatusInsufficientStorage:
		return noSpace(s.place(), nil)
	case http.StatusForbidden, http.StatusUnauthorized:
		return denied(s, op, name, answer)
	case http.StatusPreconditionFailed:
		return fmt.Errorf("%s %s: %w", op, name, errConflict)
	case http.StatusRequestTimeout, http.StatusTooManyRequests, 499, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, 520:
		return problem(ErrBusy, s.place(), diag.Say("%s 暂时不能服务（%s）", "%s is out of order for now (%s)", s.Endpoint, detailOf(answer)),
			diag.Say("请过一会儿再运行一次：已送到的文件不再重送", "run the command again in a while: files that have arrived are not sent again"), nil)
	}
	return nil
}

func detailOf(answer minio.ErrorResponse) string {
	if answer.Code == "" {
		return http.StatusText(answer.StatusCode)
	}
	return answer.Code
}

// noAnswer tells who cannot be reached from who was lost on the way.
func (s *s3Store) noAnswer(err error) error {
	var unknown x509.UnknownAuthorityError
	var wrongName x509.HostnameError
	var invalid x509.CertificateInvalidError
	var check *tls.CertificateVerificationError
	switch {
	case errors.As(err, &unknown), errors.As(err, &wrongName), errors.As(err, &invalid), errors.As(err, &check):
		return problem(ErrHostKey, s.Endpoint, diag.Say("%s 的 TLS 证书不可信，没有连接（%s）", "the TLS certificate of %s cannot be trusted; not connected (%s)", s.Endpoint, because(err)),
			diag.Say("请核对 endpoint；自建的证书机构，请把它的证书加进本机的信任库", "check endpoint; if the authority is your own, add its certificate to this machine's"), err)
	case errors.Is(err, errSilent):
		return problem(ErrCut, s.Endpoint, diag.Say("%s 有 %v 没有回应，连接已断开", "%s gave no answer for %v; the connection was closed", s.Endpoint, s.silence),
			diag.Say("请检查网络后再运行一次：已送到的文件不再重送", "check the network and run the command again: files that have arrived are not sent again"), err)
	case !s.answered.Load():
		return problem(ErrConnect, s.Endpoint, diag.Say("连不上 %s（%s）", "cannot reach %s (%s)", s.Endpoint, because(err)),
			diag.Say("请核对 endpoint、bucket 和 path_style，以及网络、防火墙；线上没有改动", "check endpoint, bucket and path_style, network and firewall; readers see what they saw before"), err)
	}
	return lostOnTheWay(s.Endpoint, err)
}

func lostOnTheWay(endpoint string, err error) error {
	return problem(ErrCut, endpoint, diag.Say("与 %s 的连接中断（%s）", "the connection to %s was lost (%s)", endpoint, because(err)),
		diag.Say("请检查网络后再运行一次：已送到的文件不再重送", "check the network and run the command again: files that have arrived are not sent again"), err)
}

func denied(s *s3Store, op, name string, answer minio.ErrorResponse) error {
	return problem(ErrDenied, s.place(), diag.Say("访问密钥没有这项权限：%s %s（%s）", "the access key may not do this: %s %s (%s)", op, name, detailOf(answer)),
		diag.Say("请让管理员给这个密钥读、写、列出、删除 %s 的权限", "ask for the rights to read, write, list and delete in %s", s.place()), nil)
}

func noSpace(place string, err error) error {
	return problem(ErrFull, place, diag.Say("%s 的空间或配额已满，线上仍是完整的页面", "%s is full or its quota is used up; readers see whole pages", place),
		diag.Say("请清出空间后再发布一次，已送到的不会重送", "make room and deploy again: what has arrived is not sent again"), err)
}

func badEndpoint(endpoint string, err error) error {
	return problem(ErrConnect, endpoint, diag.Say("endpoint 不是服务地址：%s", "endpoint is no address of a store: %s", endpoint),
		diag.Say("请写成 https://主机 或 http://主机:端口，后面没有路径，也不带密钥", "write it as https://host or http://host:port, without path and keys"), err)
}

func noKeys(place string) error {
	return problem(ErrLogin, place, diag.Say("没有访问 %s 的密钥", "there is no access key for %s", place),
		diag.Say("请把密钥放进 access_key_env 和 secret_key_env 所指的环境变量，或写 credentials_file", "put it into the environment variables that access_key_env and secret_key_env name, or set credentials_file"), nil)
}

func badKeysFile(file string, err error) error {
	why := diag.Say("其中没有 aws_access_key_id 和 aws_secret_access_key", "it has no aws_access_key_id and aws_secret_access_key")
	if err != nil {
		why = diag.Say("%s", "%s", because(err))
	}
	return problem(ErrLogin, file, diag.Text{ZH: "读不了密钥文件 " + file + "（" + why.ZH + "）", EN: "cannot read the credentials file " + file + " (" + why.EN + ")"},
		diag.Say("请核对 credentials_file：[default] 下写 aws_access_key_id = … 和 aws_secret_access_key = …", "check credentials_file: aws_access_key_id = … and aws_secret_access_key = … under [default]"), nil)
}
