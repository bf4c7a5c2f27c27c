module github.com/wxup/wxup/conformance/testkit

go 1.26.6
