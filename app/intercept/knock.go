package intercept

import (
	"errors"
	"io"
	"net"

	"github.com/wxup/wxup/explain"
)

// notHTTP lists protocols that clients speak to a proxy instead of HTTP, by first byte. Such a
// client waits for an answer in kind, and net/http for the end of a line.
var notHTTP = map[byte]explain.Words{
	4:  socksWords,
	5:  socksWords,
	22: words("TLS was spoken to the proxy, which speaks plain HTTP: its address begins with http://, not https://", "对代理使用了 TLS，而代理使用明文 HTTP：代理地址应以 http:// 开头，而不是 https://", false),
}

var socksWords = words("SOCKS was spoken to the proxy, which speaks HTTP: its address begins with http://, not socks5://", "对代理使用了 SOCKS，而代理使用 HTTP：代理地址应以 http:// 开头，而不是 socks5://", false)

// knocks is a listener that looks at the first byte of each connection.
type knocks struct {
	net.Listener
	p *Proxy
}

func (k knocks) Accept() (net.Conn, error) {
	c, err := k.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &knock{Conn: c, p: k.p}, nil
}

type knock struct {
	net.Conn
	p     *Proxy
	heard bool
}

func (k *knock) Read(b []byte) (int, error) {
	n, err := k.Conn.Read(b)
	if n > 0 && !k.heard {
		k.heard = true
		if why, ok := notHTTP[b[0]]; ok {
			k.p.saw(k.RemoteAddr().String(), k.LocalAddr().String(), "", NotHTTP, "", why)
			return 0, io.EOF
		}
	}
	return n, err
}

// NetConn is the connection below.
func (k *knock) NetConn() net.Conn { return k.Conn }

func (k *knock) CloseWrite() error {
	if half, ok := k.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}
