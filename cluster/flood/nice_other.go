//go:build !unix

package main

func niced() {}
