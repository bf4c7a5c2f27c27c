// Package truststore makes programs trust a certificate of a local CA: it puts it into the system's
// trust store and takes it out again, and it writes trust stores for programs that keep their own
// (Java), or want all roots in one file.
//
// A change to the system is a list of steps, to be shown before it is made; each is a file or a
// command that a person could type. What Uninstall leaves behind is what was there before Install.
package truststore
