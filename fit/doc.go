// Package fit re-encodes pictures so that they meet what an endpoint takes.
//
//	client := &wxup.Client{Merchant: merchant, Fit: fit.New(fit.Options{})}
//	res, err := client.Upload(ctx, wxup.MarketingImage, wxup.File("photo.webp"))
//	fmt.Println(res.Fitted) // webp → jpeg q92, 3024×4032, 2.9 MB → 1.9 MB, SSIM 0.99
//
// A file that the row takes as it is stays untouched, byte for byte. Of any other picture the least visible change that
// fits is looked for, in this order:
//
//   - nothing but the metadata, thumbnails and second pictures taken off, the pixels untouched (of EXIF, how they are turned
//     is left);
//   - for drawings and screenshots, the same pixels packed better: a palette, or a denser PNG;
//   - a JPEG of the same size, of the highest quality that fits, if that stays like the source (SSIM 0.95, or quality 82);
//   - fewer pixels, never more, if that looks more like the source than a low quality does.
//
// The [Change] says what was done. A picture that is encoded anew has no metadata, stands upright, and is in sRGB.
//
// # What is read
//
// JPEG (baseline and progressive, CMYK and YCCK too), PNG, BMP (1, 2, 4, 8, 24 and 32 bits), GIF and WebP. Of an animation
// the first picture is taken. HEIC, AVIF, TIFF and others are recognised, and the error says what to do about them.
//
// # Colours
//
// Pictures with a matrix profile (Display P3, Adobe RGB and nearly all that cameras and phones write), a grey one, PNG's
// cICP or gAMA and cHRM are converted to sRGB. A table profile of RGB is not understood: it goes along into the result,
// and the Change names it. CMYK is converted by the plain formula, without its profile.
//
// # Bounds
//
// What a picture will take is computed from its headers, and reserved, before a decoder sees it: see Options.Memory. A
// picture beyond it is an error in milliseconds. Decoders wait for each other, and for the memory that others hold. Hostile
// files cannot crash the program, nor ask for more than that.
//
// # Who need not care
//
// Whoever lets [wxup.Client] call it needs [New] and [Options] only.
package fit
