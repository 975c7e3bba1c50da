package remote

import (
	"context"
	"io"
	"iter"
	"maps"
	"time"
)

// Path names an entry inside one Tree. It is opaque: only the Tree that made
// it takes it apart (Join, Dir). "" is the tree's root.
//
// In a bucket it is the exact key below the server's prefix, folders with
// their trailing slash, never normalised: "a//b", "../x" and "dir/" are three
// valid paths. On the disk it is an absolute native path.
type Path string

// Type says what an entry is made of.
type Type uint8

// The types of entries.
const (
	Regular Type = iota // bytes, or a folder if Dir is set
	Link                // a symbolic link; Dir tells whether it leads to a folder
	Special             // a FIFO, socket or device: shown, never opened
)

// Entry is one row of a listing: a file, a folder, an object, a prefix.
type Entry struct {
	Path    Path
	Name    string // what to show; relative to the walked folder when it comes from Walk
	Dir     bool
	Type    Type
	Size    int64 // bytes; -1 when unknown
	ModTime time.Time
	Version string // ETag, or inode, size and mtime of a file; "" when unknown
	Class   string // storage class of an object; "" for the standard one and for files
	Sum     Sum    // the strongest checksum of the whole content that is known
	Attrs   *Attrs // what an object has besides; only Described knows it, and nobody changes it
}

// Page is one step of a listing. Next is the token of the following page, ""
// after the last one.
type Page struct {
	Entries []Entry
	Next    string
}

// A Tree is a place where entries live: the disk, or a mounted bucket.
//
// Methods may be called from several goroutines, return promptly when ctx
// ends, and report failures as *Error.
type Tree interface {
	// Label is what stands before a path to make a location that a user could
	// type: "acme:" for a server, "s3://bucket/" for a bucket, "" for the disk.
	Label() string

	// Caps tells what the tree can hold and do. It never blocks.
	Caps() Caps

	// List returns one page of the entries directly inside dir, in no promised
	// order. The first call passes an empty token, every further one the Next
	// of the page before. A folder that does not exist is NotExist; in a bucket
	// every prefix exists.
	List(ctx context.Context, dir Path, token string) (Page, error)

	// Stat describes the entry at p. In a bucket a path that ends in a slash
	// asks for a folder, any other for an object; the root always exists.
	Stat(ctx context.Context, p Path) (Entry, error)

	// Open reads n bytes of e's content from offset off; n < 0 means to the
	// end. When e.Version is set, content of any other version is refused as
	// Changed, so that parallel and resumed reads never mix two contents. The
	// reader may implement Described.
	Open(ctx context.Context, e Entry, off, n int64) (io.ReadCloser, error)

	// Create begins to write the object at p. Missing parent folders are made.
	Create(ctx context.Context, p Path, o CreateOptions) (Sink, error)

	// Mkdir makes the folder p and its parents. An existing folder is no error.
	Mkdir(ctx context.Context, p Path) error

	// Remove deletes exactly the given entries, never what lies below them: a
	// folder must be empty on the disk; in a bucket a folder's path removes its
	// slash object only. What is gone already is no error. The error joins one
	// *Error for each survivor.
	Remove(ctx context.Context, ps []Path) error

	// Join gives the path of rel inside dir. rel is a slash-separated name of
	// one or more segments, taken exactly; a trailing slash asks for the path
	// of a folder. The error is Invalid if the tree cannot hold such a name; a
	// name is never changed silently.
	Join(dir Path, rel string) (Path, error)

	// Dir is the folder that holds p; the root holds itself.
	Dir(p Path) Path
}

// Caps tells what a tree can hold and do. Sizes are in bytes; 0 means no limit.
type Caps struct {
	ReadOnly  bool
	EmptyDirs bool // folders exist without entries
	FoldsCase bool // names that differ only in case are one
	IfAbsent  bool // CreateOptions.IfAbsent is atomic, also against others
	MinPart   int64
	MaxPart   int64
	MaxParts  int
	MaxSize   int64
}

// Attrs are the attributes of an object besides its content. Zero values mean
// the tree's default.
type Attrs struct {
	ContentType  string
	StorageClass string
	Metadata     map[string]string // user metadata without "x-amz-meta-"
	Headers      map[string]string // by lower-case name: cache-control, content-disposition, content-encoding, content-language, expires
	Tags         map[string]string
	TagCount     int // how many tags there are, where Tags does not say them

	// What the tree tells of the content besides its Sum; nobody sets it.
	Joint  Joint `json:"-"` // the zero value where it is not known
	Sealed bool  `json:"-"` // encrypted so that the ETag is no checksum of the content
}

// Joint is the checksum of the checksums of the parts in which an object was
// written, one behind the other.
type Joint struct {
	Sum
	Parts int
}

// With lays b over a: what b sets holds.
func (a Attrs) With(b Attrs) Attrs {
	if b.ContentType != "" {
		a.ContentType = b.ContentType
	}
	if b.StorageClass != "" {
		a.StorageClass = b.StorageClass
	}
	a.Metadata, a.Headers, a.Tags = over(a.Metadata, b.Metadata), over(a.Headers, b.Headers), over(a.Tags, b.Tags)
	return a
}

func over(a, b map[string]string) map[string]string {
	if len(b) == 0 {
		return a
	}
	out := make(map[string]string, len(a)+len(b))
	maps.Copy(out, a)
	maps.Copy(out, b)
	return out
}

// Versioner is a tree that may keep what is overwritten or deleted.
type Versioner interface {
	// Versioned tells whether it does.
	Versioned(ctx context.Context) (bool, error)
}

// Stamper is a tree whose entries tell when their content was last changed, which a
// copy may have in common with what it was made of.
type Stamper interface {
	// Written is when what is at p was written there, as the tree's own clock has it,
	// to the second at least.
	Written(ctx context.Context, p Path) (time.Time, error)
}

// Settler is a tree in which something can be there and yet not be durable.
type Settler interface {
	// Settle makes the content of p durable, and every name that leads to it.
	Settle(ctx context.Context, p Path) error
}

// Reverter is a tree that can take back what was written, without touching what
// others have written since. It may keep what is overwritten, and then can bring
// that back.
type Reverter interface {
	// Revert deletes exactly the version of p that CreateOptions.VersionID was told
	// of, if that is what p holds now, so that p holds again what was replaced, or
	// nothing if that is gone as well. Whatever else was written at p stays. The
	// error is Changed if p holds another version, of the same content even, and
	// NotExist if it holds nothing.
	Revert(ctx context.Context, p Path, id string) error

	// RemoveIf deletes what p holds if that is of the version, as Entry.Version, or of
	// no content where version is "", and was not written after since, as
	// CreateOptions.Written was told; the zero time is no such condition. It finds that
	// out right before, to the second, and the version also by a condition of the
	// deletion itself where the server knows one. The error is Changed if p holds
	// anything else, NotExist if it holds nothing, and Unsupported, with nothing done,
	// if the tree would keep what it deletes: there Revert is for that.
	RemoveIf(ctx context.Context, p Path, version string, since time.Time) error
}

// Pinner is a tree that can pin a deletion to what was seen, as Open pins a read.
type Pinner interface {
	// RemovePinned is Remove of entries that still have their Version, by a condition of
	// the deletion itself. What has another one by then stays: its error is Changed.
	// Where the server knows no such condition, or an entry no version, it is Remove:
	// whoever calls it has looked a moment ago.
	RemovePinned(ctx context.Context, es []Entry) error
}

// Keeper is a tree that may keep what is overwritten, and shows what it has kept.
type Keeper interface {
	// Kept are the n newest versions of p, the newest first; fewer where there are
	// not so many.
	Kept(ctx context.Context, p Path, n int) ([]Kept, error)
}

// Kept is a version of a path that a Keeper shows.
type Kept struct {
	ID      string // as CreateOptions.VersionID was told
	Version string // as Entry.Version; "" for a deletion
}

// Tagger is a tree whose objects have tags.
type Tagger interface {
	// Tags are those of e.
	Tags(ctx context.Context, e Entry) (map[string]string, error)
}

// Cutter is a tree whose objects may have been written in parts.
type Cutter interface {
	// FirstPart is the size of the first of the parts in which e was written. The
	// error is Unsupported where the store does not know any more, for none of its
	// objects.
	FirstPart(ctx context.Context, e Entry) (int64, error)
}

// CreateOptions say how an object is written.
type CreateOptions struct {
	Size      int64     // of the whole object; -1 when unknown
	PartSize  int64     // every part but the last has this size; 0 or >= Size means a single part
	ModTime   time.Time // kept with the object; zero means now
	Attrs     Attrs
	IfAbsent  bool        // Commit fails with Exist if something is there by then
	IfVersion string      // Commit fails with Changed if the target is not of this version; "" for no check
	Resume    string      // ID of an earlier sink of the same object to go on with
	Progress  func(int64) // told about bytes done by Copier.Copy, from any goroutine; may be nil

	// VersionID is told, before Copy or Commit returns, the id under which the tree
	// keeps what was written apart from what that has replaced; see Reverter. It
	// is not called where nothing is kept, and not where nobody knows the id, as
	// after an answer that was lost. It may be nil.
	VersionID func(id string)

	// Written is told likewise when what was written was written, as the tree's own
	// clock has it, if the answers say so. It may be nil.
	Written func(at time.Time)
}

// Described is what a reader from Tree.Open may be as well: it knows the entry
// as the answer described it, with the kept modification time.
type Described interface {
	Entry() Entry
}

// Copier is a tree that can copy on its own side, without the bytes passing
// through us.
type Copier interface {
	// CanCopy tells whether Copy can work from src, without asking anybody.
	CanCopy(src Tree) bool
	// Copy makes dst from e of src, content, attributes and tags, under the
	// conditions of o. Nothing shows at dst before it is whole.
	Copy(ctx context.Context, src Tree, e Entry, dst Path, o CreateOptions) (Entry, error)
}

// Renamer is a tree that can rename in one atomic step. A target that exists
// is Exist; a target on another volume is Unsupported.
type Renamer interface {
	Rename(ctx context.Context, from, to Path) error
}

// Walker is a tree with a faster way than List to visit everything below dir.
// See Walk for what it yields.
type Walker interface {
	Walk(ctx context.Context, dir Path) iter.Seq2[Entry, error]
}

// Leveler is a tree with a faster way than List to visit everything directly
// inside dir. See All for what it yields.
type Leveler interface {
	Level(ctx context.Context, dir Path) iter.Seq2[Entry, error]
}

// Ranger is a tree whose paths have an order in which a listing can begin
// anywhere: what many paths hold is found out with few requests.
type Ranger interface {
	// Range returns the entries below dir whose paths are from or come behind it,
	// in byte order of the paths, a page at most; more tells whether others
	// follow. Folders are among them where they are objects of their own. The
	// error is Unsupported where the store has no such order.
	Range(ctx context.Context, dir, from Path) (es []Entry, more bool, err error)
}

// Scoper is a tree that can confine writes: Scope returns a view of the same
// tree, with the same paths, that cannot write outside dir whatever links lie
// on the way. dir is made if it is missing. Close the view when done.
type Scoper interface {
	Scope(ctx context.Context, dir Path) (ScopedTree, error)
}

// ScopedTree is a Tree to be closed after use.
type ScopedTree interface {
	Tree
	io.Closer
}

// Pacer is a tree that tries again by itself what it was asked to do more slowly,
// as in a listing, and tells of it.
type Pacer interface {
	// OnSlowDown has f called each time, from any goroutine, in place of what was
	// called before. f must not block.
	OnSlowDown(f func())
}

// Signer is a tree that signs in with a credential. While that is refused, no
// tree that has the same one works.
type Signer interface {
	// Credential is its name in the store; "" for a tree that needs none.
	Credential() string
}

// Distant is a tree behind a network.
type Distant interface {
	// Distance is the least time that a request to its server has taken so far; 0
	// while nothing is known.
	Distance() time.Duration
}

// Warmer is a tree behind a network to which connections take time to begin.
type Warmer interface {
	// Warm begins some to where p is, in the background, so that the first requests
	// need not wait for them. It returns at once, signs nothing, and tells of no
	// failure: whoever needs a connection meets it again.
	Warm(ctx context.Context, p Path)
}

// Wrapper is a decorated tree. Abilities are asked with As, which looks
// through wrappers that let it.
type Wrapper interface {
	Unwrap() Tree
}
