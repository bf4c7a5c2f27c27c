package main

// What stands around the tables.
const (
	preface = "# wxup beside what people use\n\n" +
		"Measured in one run, by `make bench-compare`; this page is its output. %s.\n\n" +
		"All uploads go from one process to a server in another, over the loopback, each contender on its own kept connections. The\n" +
		"server throws the bytes away, and its answers are signed beforehand. Each contender is set up once, as its documents show;\n" +
		"then they take turns, in an order of chance, and what counts is the ratio of times within a round. Files are JPEG in\n" +
		"structure. KB and MB are 1024 and 1048576 bytes.\n\n" +
		"`net/http` is the least that has to be done, by hand: SHA-256 of a file that is in memory, an RSA-2048 signature, a POST of a\n" +
		"body that lies ready, the answer read, and not a look at either. wxup does its whole way: the file is opened, its structure walked, digested, read\n" +
		"again to be sent (from 256 KB on it is mapped instead); the answer's signature is verified, unless the line says `SkipVerify`.\n"

	payText = "\n## WeChat Pay, one file\n\n" +
		"`POST /v3/marketing/favor/media/image-upload`. wechatpay-go and gopay verify the answer too. The bars are about TLS, as\n" +
		"WeChat speaks nothing else, and compare verified with verified, not verified with not verified. net/http has its file in\n" +
		"memory: beside it stands `wxup, file in memory`, and what is from disk opens and reads it on top.\n"

	accountText = "\n## Official Account, one file\n\n" +
		"`POST /cgi-bin/media/uploadimg` with an access_token at hand. Nothing is signed here and nothing digested, so that reading\n" +
		"the file is most of what a client does: `net/http` has it in memory. wxup walks and digests it all the same, for what it\n" +
		"promises before sending and for Result.SHA256.\n"

	heapText = "\n## Heap\n\n" +
		"Allocated: all of one upload, over TLS, pools in use. Held: what a garbage collection leaves in the middle of sending, less\n" +
		"what was there before the upload; two buffers of 32 KiB are net/http's, whoever uses it.\n\n" +
		"| file | | KiB allocated | allocations | KiB held |\n|---|---|--:|--:|--:|\n"

	linkText = "\n## Many files over one link\n\n" +
		"Files of 300 KB, over TLS, through a link of 50 ms round trip and 20 MB (20,000,000 bytes) a second upwards, shaped within the\n" +
		"process: one wire for all connections, no loss, no slow start. Of the link counts the files' bytes alone. wxup keeps no\n" +
		"quota here.\n"
)
