package words

import "github.com/wxup/wxup/app/internal/phrase"

const TakeDownLong = `Stops serving an image: its URL answers 410 on every node within 5 seconds. What browsers and caches have, they may show until
the server's --image-age is over. The bytes are deleted once no other image has them.

Uploading the image again brings its URL back, unless --block was given: then the upload is accepted, nothing is kept of it, and the
URL goes on to answer 410.`

// imagesChinese is the Chinese of images.
var imagesChinese = phrase.Catalogue{
	"list the images that were uploaded, and take one down": "列出已上传的图片，下架图片",
	"list the images, the newest first":                     "列出图片，最新的在前",
	"only what was uploaded to this endpoint, by name":      "只列出上传到该接口（名称）的图片",
	"how many at most":       "最多列出多少条",
	"show an image's record": "显示一张图片的记录",
	"stop serving an image":  "下架一张图片",
	TakeDownLong: `下架一张图片：5 秒内所有节点对其 URL 回答 410。浏览器和缓存中已有的副本，在服务端 --image-age 到期前可能仍会显示。
没有其他图片使用同样的字节时，字节会被删除。

再次上传同一图片会恢复其 URL；若指定了 --block，则上传会被接受，但不保存任何内容，URL 仍回答 410。`,
	"do not bring it back when it is uploaded again":                                                                              "再次上传时不恢复",
	"end the takedown of an image; its bytes may have to be uploaded again":                                                       "取消下架；图片内容可能需要重新上传",
	"list what was taken down, the newest first":                                                                                  "列出已下架的图片，最新的在前",
	"there is no image %.100q; see: wxup images list":                                                                             "没有图片 %.100q；见 wxup images list",
	"%d other images have the same bytes and are still served; see: wxup images list":                                             "另有 %d 张图片内容相同，仍在提供；见 wxup images list",
	"taken down: every node answers 410 within 5 seconds; browsers and caches may show it until the server's --image-age is over": "已下架：所有节点在 5 秒内回答 410；浏览器和缓存在服务端 --image-age 到期前可能仍会显示",
	"account": "账号", "size": "大小", "uploaded at": "上传时间", "taken down": "已下架", "blocked": "已屏蔽",
	"how long browsers and caches may show an image without asking again, such as 1h; 0 is never": "浏览器和缓存可以不经询问显示图片多久，如 1h；0 表示每次都要询问",
}
