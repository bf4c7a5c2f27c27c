module github.com/wxup/wxup/fit

go 1.26.6

require (
	github.com/wxup/wxup v0.0.0
	golang.org/x/image v0.47.0
)

replace github.com/wxup/wxup => ../
