package phrase

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"syscall"
)

// systemChinese has the Chinese of the system's reasons that users meet most. Others stay as the
// system says them.
var systemChinese = []struct {
	err     error
	chinese string
}{
	{context.Canceled, "已取消"},
	{context.DeadlineExceeded, "超时"},
	{syscall.ENOTDIR, "路径中有一部分不是目录"},
	{syscall.EISDIR, "这是一个目录"},
	{syscall.ENOSPC, "磁盘空间不足"},
	{syscall.EROFS, "文件系统为只读"},
	{syscall.EADDRINUSE, "地址已被占用"},
	{syscall.EADDRNOTAVAIL, "本机没有该地址"},
	{syscall.ECONNREFUSED, "连接被拒绝"},
	{syscall.ECONNRESET, "连接被重置"},
	{os.ErrDeadlineExceeded, "超时"},
	{exec.ErrNotFound, "没有这个命令"},
	{fs.ErrNotExist, "文件或目录不存在"},
	{fs.ErrExist, "已存在"},
	{fs.ErrPermission, "没有权限"},
}

// system returns the Chinese of an error of the standard library that says what failed and why.
func system(err error) (string, bool) {
	var before string
	switch e := err.(type) {
	case *fs.PathError:
		before, err = e.Path, e.Err
	case *os.LinkError:
		before, err = e.New, e.Err
	case *exec.Error:
		before, err = e.Name, e.Err
	case *os.SyscallError:
		return system(e.Err)
	case *net.OpError:
		if e.Addr != nil {
			before = e.Addr.String()
		}
		err = e.Err
		if inner, ok := err.(*os.SyscallError); ok {
			err = inner.Err
		}
	}
	for _, known := range systemChinese {
		if err == known.err || isErrno(err) && errors.Is(err, known.err) {
			if before != "" {
				before += "："
			}
			return before + known.chinese, true
		}
	}
	return "", false
}

func isErrno(err error) bool {
	_, ok := err.(syscall.Errno)
	return ok
}
