package deploy

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"errors"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
	"golang.org/x/crypto/ssh/knownhosts"
)

// SFTPOptions says where an SFTP target is, and how to prove who asks. The host's key must stand in KnownHosts, a file in OpenSSH's
// form; there is no way round it. Key file, agent and password are tried in this order, those that are given.
type SFTPOptions struct {
	Name string // the target's name, for messages and the log
	Host string
	Port int // 0 means 22
	User string
	Path string // the root on the host; a relative one begins in the login folder

	KnownHosts string // a file of this system
	KeyFile    string // a private key, a file of this system; "" for none
	Passphrase Secret // opens the key file, if it needs one
	Agent      string // the socket of an SSH agent; "" for none
	Password   Secret

	InPlace bool          // mode in-place
	Grace   time.Duration // mode in-place: between the new pages and the deletions

	silence, every time.Duration // for tests; 0 means sftpSilence and sftpKeepAlive
}

// A Secret is a password: it prints as three stars, whatever prints it.
type Secret string

// String implements fmt.Stringer, GoString fmt.GoStringer, MarshalText encoding.TextMarshaler.
func (Secret) String() string               { return "***" }
func (Secret) GoString() string             { return "***" }
func (Secret) MarshalText() ([]byte, error) { return []byte("***"), nil }

func (o SFTPOptions) shown() string { return o.User + "@" + o.Host }

// place is the root as people know it.
func (o SFTPOptions) place() string {
	if o.Port != 0 && o.Port != 22 {
		return "sftp://" + o.shown() + ":" + strconv.Itoa(o.Port) + "/" + strings.TrimPrefix(o.Path, "/")
	}
	return "sftp://" + o.shown() + "/" + strings.TrimPrefix(o.Path, "/")
}

func (o SFTPOptions) address() string {
	port := o.Port
	if port == 0 {
		port = 22
	}
	return net.JoinHostPort(o.Host, strconv.Itoa(port))
}

// root takes the sign for the login folder off the path, where relative paths begin anyway.
func (o SFTPOptions) root() string {
	if rest, ok := strings.CutPrefix(o.Path, "~"); ok && (rest == "" || rest[0] == '/') {
		return "." + rest
	}
	return o.Path
}

func (o SFTPOptions) keepAlive() time.Duration {
	if o.every > 0 {
		return o.every
	}
	return sftpKeepAlive
}

// dial connects. A silent host is given up, and so is one that does not come to the point within twice that time.
func (o SFTPOptions) dial(ctx context.Context, auth *sftpAuth, known *hostKeys) (*watched, *ssh.Client, error) {
	silence := o.silence
	if silence == 0 {
		silence = sftpSilence
	}
	conn, err := (&net.Dialer{Timeout: silence}).DialContext(ctx, "tcp", o.address())
	if err != nil {
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		return nil, nil, unreachable(o.address(), err)
	}
	wire := watch(conn, silence)
	late := time.AfterFunc(2*silence, func() { wire.Close() })
	stop := context.AfterFunc(ctx, func() { wire.Close() })
	c, channels, requests, err := ssh.NewClientConn(wire, o.address(), &ssh.ClientConfig{
		User: o.User, Auth: auth.methods, HostKeyCallback: known.check, HostKeyAlgorithms: known.algorithms(o.address()),
	})
	late.Stop()
	if !stop() && err == nil {
		c.Close()
	}
	switch {
	case ctx.Err() != nil:
		err = ctx.Err()
	case known.problem != nil:
		err = known.problem
	case err != nil && isRefusal(err):
		err = loginRefused(o.shown(), auth.names)
	case err != nil:
		err = noHandshake(o.address(), err)
	}
	if err != nil {
		wire.Close()
		return nil, nil, err
	}
	return wire, ssh.NewClient(c, channels, requests), nil
}

// isRefusal knows a login that was refused; the package has no type for it.
func isRefusal(err error) bool {
	return strings.Contains(err.Error(), "unable to authenticate") || strings.Contains(err.Error(), "authentication failures")
}

// sftpAuth is how to prove who asks.
type sftpAuth struct {
	methods []ssh.AuthMethod
	names   []string // as a person knows them
	agent   net.Conn
}

func (a *sftpAuth) close() {
	if a.agent != nil {
		a.agent.Close()
	}
}

// auth collects the ways that are given. An agent that does not answer only matters when there is no other.
func (o SFTPOptions) auth(ctx context.Context) (*sftpAuth, error) {
	a := &sftpAuth{}
	var sources []func() ([]ssh.Signer, error)
	if o.KeyFile != "" {
		key, err := o.key()
		if err != nil {
			return nil, err
		}
		sources = append(sources, func() ([]ssh.Signer, error) { return []ssh.Signer{key}, nil })
		a.names = append(a.names, "key_file "+o.KeyFile)
	}
	var agentErr error
	if o.Agent != "" {
		if a.agent, agentErr = new(net.Dialer).DialContext(ctx, "unix", o.Agent); agentErr == nil {
			sources = append(sources, agent.NewClient(a.agent).Signers)
			a.names = append(a.names, "ssh-agent")
		}
	}
	if len(sources) > 0 {
		a.methods = append(a.methods, ssh.PublicKeysCallback(func() (all []ssh.Signer, err error) {
			for _, source := range sources {
				signers, e := source()
				all, err = append(all, signers...), errors.Join(err, e)
			}
			if len(all) > 0 {
				return all, nil
			}
			return nil, err
		}))
	}
	if o.Password != "" {
		a.methods = append(a.methods, ssh.Password(string(o.Password)), ssh.KeyboardInteractive(o.answer))
		a.names = append(a.names, "password")
	}
	if len(a.methods) == 0 {
		return nil, noCredentials(o.shown(), agentErr)
	}
	return a, nil
}

// answer gives the password to every question that is not to be seen on the screen.
func (o SFTPOptions) answer(_, _ string, questions []string, echo []bool) ([]string, error) {
	answers := make([]string, len(questions))
	for i := range questions {
		if !echo[i] {
			answers[i] = string(o.Password)
		}
	}
	return answers, nil
}

// key reads the private key.
func (o SFTPOptions) key() (ssh.Signer, error) {
	text, err := os.ReadFile(o.KeyFile)
	if err != nil {
		return nil, noKey(o.KeyFile, err)
	}
	defer clear(text)
	key, err := ssh.ParsePrivateKey(text)
	var locked *ssh.PassphraseMissingError
	if !errors.As(err, &locked) {
		if err != nil {
			return nil, noKey(o.KeyFile, errNotKey)
		}
		return key, nil
	}
	if o.Passphrase == "" {
		return nil, lockedKey(o.KeyFile, false)
	}
	key, err = ssh.ParsePrivateKeyWithPassphrase(text, []byte(o.Passphrase))
	switch {
	case errors.Is(err, x509.IncorrectPasswordError):
		return nil, lockedKey(o.KeyFile, true)
	case err != nil:
		return nil, noKey(o.KeyFile, errNotKey)
	}
	return key, nil
}

// hostKeys is a known_hosts file.
type hostKeys struct {
	file    string
	verify  ssh.HostKeyCallback
	signed  bool // it names authorities that sign host keys
	problem error
}

func (o SFTPOptions) knownHosts() (*hostKeys, error) {
	text, err := os.ReadFile(o.KnownHosts)
	if err != nil {
		return nil, noKnownHosts(o.KnownHosts, o.address(), err)
	}
	verify, err := knownhosts.New(o.KnownHosts)
	if err != nil {
		return nil, noKnownHosts(o.KnownHosts, o.address(), err)
	}
	return &hostKeys{file: o.KnownHosts, verify: verify, signed: bytes.Contains(text, []byte("@cert-authority"))}, nil
}

// check refuses a key that the file does not hold for this host, and keeps the words for it.
func (k *hostKeys) check(host string, remote net.Addr, key ssh.PublicKey) error {
	err := k.verify(host, remote, key)
	var unknown *knownhosts.KeyError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &unknown) && len(unknown.Want) == 0:
		k.problem = unknownHost(k.file, host, key)
	case errors.As(err, &unknown):
		k.problem = changedHost(k.file, unknown.Want[0].Line, host, key)
	default:
		k.problem = badHost(k.file, host, err)
	}
	return err
}

// algorithms puts the kinds of keys first that the file holds for this host, so that the host shows one of these.
func (k *hostKeys) algorithms(host string) []string {
	all := ssh.SupportedAlgorithms().HostKeys
	probe, err := ssh.NewPublicKey(ed25519.PublicKey(make([]byte, ed25519.PublicKeySize)))
	if err != nil {
		return all
	}
	var first []string
	if k.signed {
		first = slices.DeleteFunc(slices.Clone(all), func(a string) bool { return !strings.Contains(a, "-cert-") })
	}
	var known *knownhosts.KeyError
	if errors.As(k.verify(host, noAddr{host}, probe), &known) {
		for _, want := range known.Want {
			switch kind := want.Key.Type(); kind {
			case ssh.KeyAlgoRSA:
				first = append(first, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
			default:
				first = append(first, kind)
			}
		}
	}
	ordered := append(append(first, ssh.KeyAlgoED25519), all...) // whose fingerprint an administrator finds first
	seen := map[string]bool{}
	return slices.DeleteFunc(ordered, func(a string) bool {
		again := seen[a] || !slices.Contains(all, a)
		seen[a] = true
		return again
	})
}

// noAddr is the address of a host before it is connected.
type noAddr struct{ address string }

// Network and String implement net.Addr.
func (noAddr) Network() string  { return "tcp" }
func (a noAddr) String() string { return a.address }
