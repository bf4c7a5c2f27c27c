// Package server is WeChat's side of the upload APIs as an [http.Handler]: it authenticates
// callers, checks, keeps and serves files, and signs its answers, for every row of [wxup.Endpoints]
// or for rows of your own.
//
//	memory := server.NewMemory()
//	memory.PutMerchant(server.Merchant{…})
//	handler, err := server.New(server.Config{Index: memory, Keeper: memory})
//	http.ListenAndServe("127.0.0.1:8080", handler)
//
// [Index] is what it must know and remember, [Keeper] is where files go; [Memory] is both, for
// tests and small uses. One upload is one function, (*Server).receive in receive.go. What a family
// does in its own way is in payv3.go, payv2.go and account.go, in the same steps: admit, prove,
// agree, then accepted or refused.
//
// Programs that only upload need package wxup alone.
package server
