package wrap

import (
	"context"
	"iter"
	"time"

	"gantry/remote"
)

// A Go type has a method or has it not, while a decorator should have exactly
// the abilities of the tree it decorates. So Unwrap of a decorator does not
// lead to the inner tree at once but through a chain of nodes, one for each
// ability that the inner tree has; remote.As walks it. Each node is the
// decorator plus one ability.

// abilities are the decorated optional methods; nil where there is none.
type abilities struct {
	walker  remote.Walker
	leveler remote.Leveler
	ranger  remote.Ranger
	copier  remote.Copier
	renamer remote.Renamer
	scoper  remote.Scoper
	uploads remote.Uploads
	presign remote.Presigner
	revert  remote.Reverter
	pinner  remote.Pinner

	// Nothing is to be decorated about these: only where the inner tree is hidden
	// do they need nodes.
	pacer   remote.Pacer
	signer  remote.Signer
	distant remote.Distant
	tagger  remote.Tagger
	cutter  remote.Cutter
}

// chain builds what outer.Unwrap returns. last is where the chain ends: the
// inner tree, so that the type of a tree can be asked for, or nil to hide it.
func chain(outer remote.Tree, a abilities, last remote.Tree) remote.Tree {
	if a.walker != nil {
		last = &walkNode{node{outer, last}, a.walker}
	}
	if a.leveler != nil {
		last = &levelNode{node{outer, last}, a.leveler}
	}
	if a.ranger != nil {
		last = &rangeNode{node{outer, last}, a.ranger}
	}
	if a.copier != nil {
		last = &copyNode{node{outer, last}, a.copier}
	}
	if a.renamer != nil {
		last = &renameNode{node{outer, last}, a.renamer}
	}
	if a.scoper != nil {
		last = &scopeNode{node{outer, last}, a.scoper}
	}
	if a.uploads != nil {
		last = &uploadsNode{node{outer, last}, a.uploads}
	}
	if a.presign != nil {
		last = &presignNode{node{outer, last}, a.presign}
	}
	if a.revert != nil {
		last = &revertNode{node{outer, last}, a.revert}
	}
	if a.pinner != nil {
		last = &pinNode{node{outer, last}, a.pinner}
	}
	if a.pacer != nil {
		last = &paceNode{node{outer, last}, a.pacer}
	}
	if a.signer != nil {
		last = &signNode{node{outer, last}, a.signer}
	}
	if a.distant != nil {
		last = &distantNode{node{outer, last}, a.distant}
	}
	if a.tagger != nil {
		last = &tagNode{node{outer, last}, a.tagger}
	}
	if a.cutter != nil {
		last = &cutNode{node{outer, last}, a.cutter}
	}
	return last
}

type node struct {
	remote.Tree
	next remote.Tree
}

func (n node) Unwrap() remote.Tree { return n.next }

type walkNode struct {
	node
	w remote.Walker
}

type levelNode struct {
	node
	l remote.Leveler
}

type rangeNode struct {
	node
	r remote.Ranger
}

type copyNode struct {
	node
	c remote.Copier
}

type renameNode struct {
	node
	r remote.Renamer
}

type scopeNode struct {
	node
	s remote.Scoper
}

type uploadsNode struct {
	node
	u remote.Uploads
}

type presignNode struct {
	node
	p remote.Presigner
}

type pinNode struct {
	node
	remote.Pinner
}

type paceNode struct {
	node
	remote.Pacer
}

type signNode struct {
	node
	remote.Signer
}

type distantNode struct {
	node
	remote.Distant
}

type tagNode struct {
	node
	remote.Tagger
}

type cutNode struct {
	node
	remote.Cutter
}

var (
	_ remote.Uploads   = (*uploadsNode)(nil)
	_ remote.Walker    = (*walkNode)(nil)
	_ remote.Leveler   = (*levelNode)(nil)
	_ remote.Ranger    = (*rangeNode)(nil)
	_ remote.Copier    = (*copyNode)(nil)
	_ remote.Renamer   = (*renameNode)(nil)
	_ remote.Scoper    = (*scopeNode)(nil)
	_ remote.Presigner = (*presignNode)(nil)
)

func (n *walkNode) Walk(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return n.w.Walk(ctx, dir)
}

func (n *levelNode) Level(ctx context.Context, dir remote.Path) iter.Seq2[remote.Entry, error] {
	return n.l.Level(ctx, dir)
}

func (n *rangeNode) Range(ctx context.Context, dir, from remote.Path) ([]remote.Entry, bool, error) {
	return n.r.Range(ctx, dir, from)
}

func (n *copyNode) CanCopy(src remote.Tree) bool { return n.c.CanCopy(src) }

func (n *copyNode) Copy(ctx context.Context, src remote.Tree, e remote.Entry, dst remote.Path, o remote.CreateOptions) (remote.Entry, error) {
	return n.c.Copy(ctx, src, e, dst, o)
}

func (n *renameNode) Rename(ctx context.Context, from, to remote.Path) error {
	return n.r.Rename(ctx, from, to)
}

func (n *scopeNode) Scope(ctx context.Context, dir remote.Path) (remote.ScopedTree, error) {
	return n.s.Scope(ctx, dir)
}

func (n *uploadsNode) ListUploads(ctx context.Context, prefix remote.Path) iter.Seq2[remote.Upload, error] {
	return n.u.ListUploads(ctx, prefix)
}

func (n *uploadsNode) AbortUpload(ctx context.Context, u remote.Upload) error {
	return n.u.AbortUpload(ctx, u)
}

func (n *presignNode) Presign(ctx context.Context, p remote.Path, life time.Duration) (remote.Presigned, error) {
	return n.p.Presign(ctx, p, life)
}

// scoped is a decorated view together with the view that it closes.
type scoped struct {
	remote.Tree
	view remote.ScopedTree
}

var _ remote.Wrapper = scoped{}

func (s scoped) Close() error        { return s.view.Close() }
func (s scoped) Unwrap() remote.Tree { return s.Tree }
