// Package server is WeChat's side of the upload APIs as an [http.Handler]: it authenticates, checks, keeps, serves,
// answers and signs its answers, for every row of [wxup.Endpoints] or rows of your own.
//
//	memory := server.NewMemory()
//	memory.AddMerchant(…)
//	handler, err := server.New(server.Config{Index: memory, Keeper: memory})
//	http.ListenAndServe("127.0.0.1:8080", handler)
//
// What it must know and remember is behind [Index], where files go is behind [Keeper]; [Memory] is both for tests and
// small uses. The way of one upload is one function, (*Server).receive in receive.go. What a family does differently is
// in its file: payv3.go, payv2.go, account.go, each with the same four steps (admit, prove, accepted, refused).
//
// Those who only upload need package wxup alone.
package server
