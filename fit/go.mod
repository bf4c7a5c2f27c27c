module github.com/wxup/wxup/fit

go 1.26.6

require golang.org/x/image v0.47.0

replace github.com/wxup/wxup => ../
