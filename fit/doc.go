// Package fit re-encodes pictures to meet an endpoint's limits.
//
//	client := &wxup.Client{Merchant: merchant, Fit: fit.New(fit.Options{})}
//	res, err := client.Upload(ctx, wxup.MarketingImage, wxup.File("photo.webp"))
//	fmt.Println(res.Change) // webp → jpeg q92, 3024×4032, 2.9 MB → 1.9 MB, SSIM 0.99
//
// A file that the endpoint accepts stays as it is, byte for byte. For any other picture, fit makes
// the least visible change that fits, in this order:
//
//   - it removes metadata, thumbnails and second pictures only, and keeps the pixels and EXIF's
//     orientation;
//   - for drawings and screenshots, it compresses the same pixels better: with a palette, or as a
//     denser PNG;
//   - it makes a JPEG of the same dimensions, of the highest quality that fits, if that is close to
//     the source (SSIM 0.95 or quality 82);
//   - it reduces the dimensions, if that looks closer to the source than a low quality.
//
// The [Change] says what was done. A re-encoded picture has no metadata, is upright, and is in
// sRGB.
//
// # What is read
//
// JPEG (baseline and progressive, CMYK and YCCK too), PNG, BMP (1, 2, 4, 8, 24 and 32 bits), GIF
// and WebP. Of an animation fit uses the first picture. HEIC and AVIF need package heif. TIFF and
// others are recognised; the error says how to convert them.
//
// # Colours
//
// Pictures with an ICC profile (of RGB, CMYK or grey), PNG's cICP or gAMA and cHRM are converted to
// sRGB; those without are taken for sRGB. CMYK without a profile is converted by the plain formula.
//
// Profiles are read by github.com/kovidgoyal/imaging/prism/meta/icc, which supports tables and
// CMYK. It needs microseconds for a colour (a minute for a photo), so it is only sampled: to curves
// and a matrix where a profile consists of these, to a grid elsewhere. A pixel then takes 30 ns, or
// 150 ns with CMYK's grid, which takes 130 ms to sample (BenchmarkColours). The grid is within 1 of
// 255 of the library on average, and within 14 at worst for SWOP.
//
// # Bounds
//
// The memory that a picture needs is computed from its headers and reserved before it is decoded;
// see Options.Memory. A picture that needs more is an error within milliseconds. Decoders wait for
// each other and for memory in use. Hostile files can neither crash the program nor make it use
// more.
//
// # Most programs
//
// With [wxup.Client] you need [New] and [Options] only.
package fit
