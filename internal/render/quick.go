package render

import (
	"bytes"
	"html/template"
	"io"
	"reflect"
	"slices"
	"strconv"
	"sync/atomic"
	syntax "text/template/parse"
)

// quick runs layouts several times as fast as html/template does, which spends two thirds of a page's time on calling its escapers by
// reflection, three for every address. It walks the very trees that html/template has parsed and escaped, so what is safe is decided
// there, and writes the same bytes. It knows the constructs that layouts are made of; a set with any other is left to html/template
// (newQuick returns nil), and so is a view on which something out of the ordinary happens (execute returns false).
type quick struct {
	set       *template.Template
	root      *body
	templates map[string]*body // those made ready
	funcs     template.FuncMap
	data      *template.Template // of one value in a script of data
}

// body is a template made ready.
type body struct{ steps []step }

type (
	step  func(m *machine, dot reflect.Value)
	value func(m *machine, dot reflect.Value) reflect.Value
)

// machine is one execution.
type machine struct {
	w     *bytes.Buffer
	vars  []reflect.Value // the present template's begin at base; the first is $
	base  int
	depth int
}

// leave ends an execution that html/template must do.
type leave struct{}

func unusual() { panic(leave{}) }

// maxTemplateDepth stops layouts that call themselves for ever; html/template then says so.
const maxTemplateDepth = 1000

// newQuick makes a set ready; nil when it holds something that quick does not know.
func newQuick(set *template.Template, funcs template.FuncMap) (q *quick) {
	set.Execute(io.Discard, nil) // parses the contexts and escapes the trees; that it fails for want of a view is of no interest
	q = &quick{templates: map[string]*body{}, funcs: funcs}
	q.data = template.Must(template.New("").Parse(dataBefore + "{{.}}" + dataBehind))
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(leave); !ok {
				panic(r)
			}
			q = nil
		}
	}()
	q.set = set
	q.root = q.template(set.Name())
	return q
}

// template makes a template of the set ready when it is first called: those that no page calls are never escaped.
func (q *quick) template(name string) *body {
	if b := q.templates[name]; b != nil {
		return b
	}
	t := q.set.Lookup(name)
	if t == nil || t.Tree == nil || t.Tree.Root == nil {
		unusual()
	}
	b := &body{}
	q.templates[name] = b // before its steps: it may call itself
	b.steps = (&preparer{quick: q, scope: []string{"$"}}).list(t.Tree.Root)
	return b
}

// execute draws a view. When it returns false nothing has been written.
func (q *quick) execute(w *bytes.Buffer, view any) (ok bool) {
	start := w.Len()
	defer func() {
		if r := recover(); r != nil {
			w.Truncate(start) // html/template does it again, and says what is wrong
			ok = false
		}
	}()
	dot := reflect.ValueOf(view)
	m := &machine{w: w, vars: append(make([]reflect.Value, 0, 16), dot)}
	m.run(q.root.steps, dot)
	return true
}

func (m *machine) run(steps []step, dot reflect.Value) {
	for _, s := range steps {
		s(m, dot)
	}
}

// set gives a variable its value; those behind it are out of scope.
func (m *machine) set(slot int, v reflect.Value) { m.vars = append(m.vars[:m.base+slot], v) }

// preparer turns one template's nodes into steps. scope holds the names of the variables in sight; a variable's place in it is its slot.
type preparer struct {
	*quick
	scope []string
}

func (p *preparer) list(l *syntax.ListNode) []step {
	if l == nil {
		return nil
	}
	mark := len(p.scope)
	var steps []step
	for _, n := range l.Nodes {
		if s := p.node(n); s != nil {
			steps = append(steps, s)
		}
	}
	p.scope = p.scope[:mark]
	return steps
}

func (p *preparer) node(n syntax.Node) step {
	switch n := n.(type) {
	case *syntax.TextNode:
		text := n.Text
		return func(m *machine, _ reflect.Value) { m.w.Write(text) }
	case *syntax.CommentNode:
		return nil
	case *syntax.ActionNode:
		return p.action(n)
	case *syntax.IfNode:
		return p.condition(&n.BranchNode, false)
	case *syntax.WithNode:
		return p.condition(&n.BranchNode, true)
	case *syntax.RangeNode:
		return p.loop(n)
	case *syntax.TemplateNode:
		return p.call(n)
	}
	unusual()
	return nil
}

// declare puts the variables of a pipeline in sight and returns the slot of the first.
func (p *preparer) declare(pipe *syntax.PipeNode) int {
	if pipe.IsAssign {
		unusual()
	}
	slot := len(p.scope)
	for _, v := range pipe.Decl {
		p.scope = append(p.scope, v.Ident[0])
	}
	return slot
}

func (p *preparer) action(n *syntax.ActionNode) step {
	if len(n.Pipe.Decl) == 0 {
		return p.print(n.Pipe)
	}
	v := p.pipe(n.Pipe)
	slot := p.declare(n.Pipe)
	return func(m *machine, dot reflect.Value) { m.set(slot, v(m, dot)) }
}

func (p *preparer) condition(n *syntax.BranchNode, with bool) step {
	mark := len(p.scope)
	v := p.pipe(n.Pipe)
	slot, declares := p.declare(n.Pipe), len(n.Pipe.Decl) > 0
	then, otherwise := p.list(n.List), p.list(n.ElseList)
	p.scope = p.scope[:mark]
	return func(m *machine, dot reflect.Value) {
		x := v(m, dot)
		if declares {
			m.set(slot, x)
		}
		switch {
		case !truth(x):
			m.run(otherwise, dot)
		case with:
			m.run(then, x)
		default:
			m.run(then, dot)
		}
	}
}

// truth is as in text/template, for the kinds that views have.
func truth(v reflect.Value) bool {
	if !v.IsValid() {
		return false
	}
	switch v.Kind() {
	case reflect.Struct:
		return true
	case reflect.Slice, reflect.Array, reflect.Map, reflect.String:
		return v.Len() > 0
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Pointer, reflect.Interface:
		return !v.IsZero()
	}
	unusual()
	return false
}

func (p *preparer) loop(n *syntax.RangeNode) step {
	mark := len(p.scope)
	v := p.pipe(n.Pipe)
	slot, names := p.declare(n.Pipe), len(n.Pipe.Decl)
	each, otherwise := p.list(n.List), p.list(n.ElseList)
	p.scope = p.scope[:mark]
	return func(m *machine, dot reflect.Value) {
		x := direct(v(m, dot))
		if k := x.Kind(); k != reflect.Slice && k != reflect.Array {
			unusual()
		}
		if x.Len() == 0 {
			m.run(otherwise, dot)
		}
		for i := range x.Len() {
			e := x.Index(i)
			switch names {
			case 1:
				m.set(slot, e)
			case 2:
				m.set(slot, reflect.ValueOf(i))
				m.set(slot+1, e)
			}
			m.run(each, e)
			if m.w.Len() > maxPage {
				unusual()
			}
		}
	}
}

// direct follows pointers and interfaces to what they hold.
func direct(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			unusual()
		}
		v = v.Elem()
	}
	return v
}

func (p *preparer) call(n *syntax.TemplateNode) step {
	to := p.template(n.Name)
	arg := func(*machine, reflect.Value) reflect.Value { return reflect.Value{} }
	if n.Pipe != nil {
		if len(n.Pipe.Decl) > 0 {
			unusual()
		}
		arg = p.pipe(n.Pipe)
	}
	depth := len(p.scope)
	return func(m *machine, dot reflect.Value) {
		x := arg(m, dot)
		base := m.base
		m.base += depth
		m.set(0, x)
		if m.depth++; m.depth > maxTemplateDepth {
			unusual()
		}
		m.run(to.steps, x)
		m.depth--
		m.base = base
	}
}

// pipe is the value of a pipeline.
func (p *preparer) pipe(n *syntax.PipeNode) value {
	v := p.command(n.Cmds[0], nil)
	for _, c := range n.Cmds[1:] {
		v = p.command(c, v)
	}
	return func(m *machine, dot reflect.Value) reflect.Value {
		x := v(m, dot)
		if x.Kind() == reflect.Interface {
			x = x.Elem()
		}
		return x
	}
}

// command is an operand or a call; last is the value piped into it.
func (p *preparer) command(n *syntax.CommandNode, last value) value {
	if f, ok := n.Args[0].(*syntax.IdentifierNode); ok {
		args := make([]value, 0, len(n.Args))
		for _, a := range n.Args[1:] {
			args = append(args, p.operand(a))
		}
		if last != nil {
			args = append(args, last)
		}
		return p.function(f.Ident, args)
	}
	if len(n.Args) > 1 || last != nil {
		unusual()
	}
	return p.operand(n.Args[0])
}

func (p *preparer) operand(n syntax.Node) value {
	switch n := n.(type) {
	case *syntax.DotNode:
		return func(_ *machine, dot reflect.Value) reflect.Value { return dot }
	case *syntax.FieldNode:
		return fields(func(_ *machine, dot reflect.Value) reflect.Value { return dot }, n.Ident)
	case *syntax.VariableNode:
		for slot, name := range slices.Backward(p.scope) {
			if name == n.Ident[0] {
				return fields(func(m *machine, _ reflect.Value) reflect.Value { return m.vars[m.base+slot] }, n.Ident[1:])
			}
		}
	case *syntax.ChainNode:
		return fields(p.operand(n.Node), n.Field)
	case *syntax.PipeNode:
		if len(n.Decl) == 0 {
			return p.pipe(n)
		}
	case *syntax.IdentifierNode:
		return p.function(n.Ident, nil)
	case *syntax.StringNode:
		return constant(n.Text)
	case *syntax.BoolNode:
		return constant(n.True)
	case *syntax.NumberNode:
		if i, err := strconv.Atoi(n.Text); err == nil {
			return constant(i)
		}
	}
	unusual()
	return nil
}

func constant(x any) value {
	v := reflect.ValueOf(x)
	return func(*machine, reflect.Value) reflect.Value { return v }
}

// fields follows names from a value. Each keeps the type that it met last and where the field lies in it: mostly it meets no other.
func fields(v value, names []string) value {
	for _, name := range names {
		from := v
		var last atomic.Pointer[spot]
		v = func(m *machine, dot reflect.Value) reflect.Value {
			x := direct(from(m, dot))
			at := last.Load()
			if at == nil || at.of != x.Type() {
				at = spotIn(x.Type(), name)
				last.Store(at)
			}
			if len(at.index) == 1 {
				return x.Field(at.index[0])
			}
			return x.FieldByIndex(at.index)
		}
	}
	return v
}

// spot is where a field lies in a type.
type spot struct {
	of    reflect.Type
	index []int
}

func spotIn(t reflect.Type, name string) *spot {
	if t.Kind() != reflect.Struct {
		unusual()
	}
	if _, method := reflect.PointerTo(t).MethodByName(name); method {
		unusual()
	}
	f, ok := t.FieldByName(name)
	if !ok || !f.IsExported() {
		unusual()
	}
	return &spot{t, f.Index}
}
