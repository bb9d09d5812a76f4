package deploy

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"gongkai/internal/diag"
)

// What can go wrong with an SFTP target; ask with errors.Is.
var (
	ErrCut      = errors.New("the connection was lost")
	ErrConnect  = errors.New("cannot connect")
	ErrHostKey  = errors.New("the host is not known to be the right one")
	ErrLogin    = errors.New("cannot log in")
	ErrRoot     = errors.New("the folder on the host cannot be used")
	ErrNoSwitch = errors.New("the host cannot switch a link")

	errNoFolder  = errors.New("it must be a folder below another")
	errNotFolder = errors.New("it is not a folder")
	errNotKey    = errors.New("it is not a private key")
)

// because is the last cause of an error, without the operation and the addresses around it.
func because(err error) string {
	var network *net.OpError
	var path *fs.PathError
	var call *os.SyscallError
	switch {
	case errors.As(err, &call):
		return call.Err.Error()
	case errors.As(err, &network):
		return network.Err.Error()
	case errors.As(err, &path):
		return path.Err.Error()
	}
	return err.Error()
}

// The refusals from here to noRoot do not wrap what the system says: "no such file" would be taken for a target without a site.

func unreachable(address string, err error) error {
	return problem(ErrConnect, address, diag.Say("连不上 %s（%s）", "cannot reach %s (%s)", address, because(err)),
		diag.Say("请核对 host 和 port，以及网络、防火墙；目标没有改动", "check host and port, network and firewall; the target was not changed"), nil)
}

func noHandshake(address string, err error) error {
	return problem(ErrConnect, address, diag.Say("%s 没有按 SSH 应答（%s）", "%s does not answer as SSH does (%s)", address, because(err)),
		diag.Say("请核对 port，并确认主机上的 SSH 服务正常；目标没有改动", "check port, and that the host's SSH service is well; the target was not changed"), nil)
}

func noSFTP(host string, err error) error {
	return problem(ErrConnect, host, diag.Say("%s 没有开通 SFTP（%s）", "%s offers no SFTP (%s)", host, because(err)),
		diag.Say("请主机管理员为这个用户开通 SFTP（sshd_config 的 Subsystem sftp）", "ask the host's administrator to enable it (Subsystem sftp in sshd_config)"), nil)
}

func loginRefused(host string, tried []string) error {
	ways := strings.Join(tried, "、")
	return problem(ErrLogin, host, diag.Say("%s 拒绝登录（试过：%s）", "%s refuses the login (tried: %s)", host, ways),
		diag.Say("请核对 user；用密钥的，请确认公钥已在主机的 authorized_keys 里；用密码的，请核对环境变量里的密码", "check user; that the public key stands in the host's authorized_keys; or the password in the environment"), nil)
}

func noCredentials(host string, err error) error {
	return problem(ErrLogin, host, diag.Say("没有登录 %s 的密钥或密码", "there is neither key nor password for %s", host),
		diag.Say("请在目标里写 key_file，或启动 ssh-agent，或把密码放进 password_env 所指的环境变量", "set key_file, start ssh-agent, or put the password into the environment variable that password_env names"), nil)
}

func noKey(file string, err error) error {
	return problem(ErrLogin, file, diag.Say("读不了密钥文件 %s（%s）", "cannot read the key file %s (%s)", file, because(err)),
		diag.Say("请核对 key_file：它应是私钥文件，如 id_ed25519", "check key_file: it names a private key such as id_ed25519"), nil)
}

func lockedKey(file string, wrong bool) error {
	message := diag.Say("密钥文件 %s 有口令，而环境变量里没有", "the key file %s has a passphrase, and the environment has none", file)
	if wrong {
		message = diag.Say("打不开密钥文件 %s：口令不对", "cannot open the key file %s: wrong passphrase", file)
	}
	return problem(ErrLogin, file, message,
		diag.Say("请把口令放进 passphrase_env 所指的环境变量，或改用 ssh-agent", "put it into the environment variable that passphrase_env names, or use ssh-agent"), nil)
}

func noKnownHosts(file, address string, err error) error {
	message := diag.Say("读不了 known_hosts 文件 %s（%s），无法确认 %s 的身份", "cannot read the known_hosts file %s (%s), so nothing tells who %s is", file, because(err), address)
	if file == "" {
		message = diag.Say("没有写 known_hosts，无法确认 %s 的身份", "without known_hosts nothing tells who %s is", address)
	}
	return problem(ErrHostKey, file, message,
		diag.Say("请向主机管理员要来主机公钥，写进这个文件（格式同 OpenSSH 的 known_hosts）", "ask the host's administrator for its public key and write it there, in the form of OpenSSH's known_hosts"), nil)
}

func unknownHost(file, address string, key ssh.PublicKey) error {
	return problem(ErrHostKey, address,
		diag.Say("%s 里没有主机 %s 的公钥，没有连接；它出示的指纹是 %s", "%s has no key for the host %s; not connected. Its fingerprint is %s", file, address, ssh.FingerprintSHA256(key)),
		diag.Say("请与主机管理员核对指纹，一致再把这一行加进 %s：%s", "compare the fingerprint with the host's administrator; when it is the same, add this line to %s: %s", file, knownhosts.Line([]string{knownhosts.Normalize(address)}, key)), nil)
}

func changedHost(file string, line int, address string, key ssh.PublicKey) error {
	return problem(ErrHostKey, address,
		diag.Say("主机 %s 出示的公钥与 %s 第 %d 行不同，没有连接；它的指纹是 %s", "the host %s shows another key than line %[3]d of %[2]s; not connected. Its fingerprint is %[4]s", address, file, line, ssh.FingerprintSHA256(key)),
		diag.Say("可能有人冒充主机。请与主机管理员核对：确是换了密钥，再改这一行", "somebody may be posing as the host. Ask its administrator: change that line only if the key was replaced"), nil)
}

func badHost(file, address string, err error) error {
	return problem(ErrHostKey, address,
		diag.Say("无法确认主机 %s 的身份，没有连接（%s）", "the host %s cannot be verified; not connected (%s)", address, because(err)),
		diag.Say("请与主机管理员核对，再改 %s", "ask the host's administrator, then mend %s", file), nil)
}

func noRoot(host, root string, err error) error {
	return problem(ErrRoot, host, diag.Say("%s 上的文件夹 %s 不能用（%s）", "the folder %[2]s on %[1]s cannot be used (%[3]s)", host, root, because(err)),
		diag.Say("请核对 path，并确认用户在主机上有写的权限", "check path, and that the user may write there"), nil)
}

func noSwitch(host string) error {
	return problem(ErrNoSwitch, host, diag.Say("%s 不能一步切换链接（没有 posix-rename@openssh.com）", "%s cannot switch a link in one step (no posix-rename@openssh.com)", host),
		diag.Say("请在目标里写 mode: in-place；网站仍是原来的版本", "set mode: in-place for this target; the site is still the old one"), nil)
}

func cut(host string, silent bool, after time.Duration, err error) error {
	message := diag.Say("与 %s 的连接中断", "the connection to %s was lost", host)
	if silent {
		message = diag.Say("%s 有 %v 没有回应，连接已断开", "%s gave no answer for %v; the connection was closed", host, after)
	}
	return problem(ErrCut, host, message,
		diag.Say("请检查网络后再运行一次：已传到的文件不再重传", "check the network and run the command again: files that have arrived are not sent again"), err)
}
