module github.com/wxup/wxup

go 1.26
