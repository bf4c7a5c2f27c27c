module github.com/wxup/wxup/fit

go 1.26.0

require (
	github.com/gen2brain/avif v0.4.4
	github.com/gen2brain/heic v0.4.5
	github.com/wxup/wxup v0.0.0
	golang.org/x/image v0.47.0
)

require github.com/kovidgoyal/go-parallel v1.1.1 // indirect

require (
	github.com/ebitengine/purego v0.8.3 // indirect
	github.com/kovidgoyal/imaging v1.9.0
	github.com/tetratelabs/wazero v1.9.0 // indirect
)
