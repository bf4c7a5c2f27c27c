// Package datadir manages a data directory: the keys and accounts of a wxup installation, the files
// that developers and their programs need of them, and the place where the images are kept.
//
//	index.db                 accounts, keys, records (unless the index is elsewhere)
//	blobs/                   the images (unless they are elsewhere)
//	ca.pem                   the certificate of the local CA
//	ca-bundle.pem, .p12      the system's roots and the local CA, for OpenSSL and for Java
//	php/wxup.ini             the same for PHP
//	platform/                wechatpay_cert.pem, pub_key.pem
//	merchants/MCHID/         apiclient_cert.pem, apiclient_key.pem, apiclient_cert.p12
//	cloudbase_access_token   the token of a cloud container, renewed every 10 minutes
//	wxup.env                 what a client needs; present while a server runs
//
// The index is the truth; every file can be written again from it. Several servers may share one
// index, each with a directory of its own.
//
//	d, err := datadir.Open(ctx, "./wxup-data", "")
//	defer d.Close()
//	err = d.Provision(ctx, time.Now()) // makes keys and accounts at the first start
//
// Package node runs a server from a data directory. Clients need none of this: they read wxup.env.
package datadir
