package document

import "time"

// Limits. The largest reports known have 150,000 characters and a few dozen pictures; these leave room for a hundred times that and
// keep a hostile file below a gigabyte and ten seconds.
const (
	maxFile     = 256 << 20 // bytes of a file as received
	maxHTML     = 16 << 20  // bytes of a web page
	maxTags     = 200_000   // "<" in a web page
	maxPart     = 96 << 20  // bytes of one unpacked part of a zip
	maxUnpacked = 384 << 20 // bytes of all parts that are read
	maxParts    = 30_000    // entries of a zip
	maxRatio    = 2_000     // unpacked to packed bytes of a part above maxSmall: XML of blank cells packs to 1:500
	maxSmall    = 1 << 20   //
	maxDepth    = 256       // elements within elements
	maxNodes    = 2_000_000 // elements and texts of one XML part
	maxPictures = 10_000    //
	maxBlocks   = 500_000   //
	maxCells    = 1_000_000 // places of all table grids
	maxColumns  = 1_024     // of a table
	maxSheets   = 256       //
	maxPages    = 5_000     //
	maxNesting  = 16        // tables and text boxes within each other
	maxFindings = 200       // warnings of one file: the rest says nothing new
	pdfLimit    = 10 * time.Second
	officeLimit = 2 * time.Minute
)
