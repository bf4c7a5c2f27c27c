// Package intercept lets a program that was written for WeChat reach wxup without being changed: it
// is an HTTP proxy, and every program can be pointed at one with HTTPS_PROXY.
//
//	p := &intercept.Proxy{Handler: srv, CA: ca}
//	l, err := net.Listen("tcp", "127.0.0.1:8081")
//	err = p.Serve(l)
//
//	HTTPS_PROXY=http://127.0.0.1:8081  and the CA trusted  →  https://api.mch.weixin.qq.com/… is
//	                                                          answered by srv
//
// WeChat's API and image hosts ([Ours]) end here. CONNECT is answered, TLS is terminated with a
// certificate that the local CA makes for the name, and from there on it is one ordinary
// http.Server: keep-alive, client certificates in Request.TLS, graceful shutdown. A request meant
// for one of these hosts never leaves the machine, whatever its port.
//
// Every other host is refused with a line that says what to do, or, with [Tunnel], connected
// without a look at what goes through. A tunnel gives nobody a way into this machine or its
// network: see dial.go.
//
// What goes wrong most is trust: the client does not know the CA, and all it prints is a word or
// two. The proxy hears the reason, in the TLS alert, and keeps it: [Proxy.Seen].
//
// Who need not care: anyone who can set the address of the API (a base URL) in the client.
package intercept
