/-! Expressions as text. This form is for fingerprints: names of bound variables, and nothing else
that has no meaning, are left out. -/

meta def levelText : Level → String
  | .zero => "0"
  | .succ l => "+" ++ levelText l
  | .max a b => "(max " ++ levelText a ++ " " ++ levelText b ++ ")"
  | .imax a b => "(imax " ++ levelText a ++ " " ++ levelText b ++ ")"
  | .param n => nameText n
  | .mvar _ => "?"

meta def exprText : Expr → String → String
  | .bvar i, done => done ++ "#" ++ i.repr
  | .sort l, done => done ++ "*" ++ levelText l
  | .const n _, done => done ++ nameText n
  | .app f a, done => exprText a (exprText f (done ++ "(") ++ " ") ++ ")"
  | .lam _ t b _, done => exprText b (exprText t (done ++ "(λ ") ++ " ") ++ ")"
  | .forallE _ t b _, done => exprText b (exprText t (done ++ "(∀ ") ++ " ") ++ ")"
  | .letE _ t v b _, done =>
    exprText b (exprText v (exprText t (done ++ "(let ") ++ " ") ++ " ") ++ ")"
  | .lit (.natVal n), done => done ++ n.repr
  | .lit (.strVal s), done => done ++ "\"" ++ escape s ++ "\""
  | .mdata _ e, done => exprText e done
  | .proj s i e, done => exprText e (done ++ "(" ++ nameText s ++ "." ++ i.repr ++ " ") ++ ")"
  | .fvar _, done => done ++ "?"
  | .mvar _, done => done ++ "?"

/-! The same with the names of bound variables and without loss, in prefix notation: for whoever
reads a statement back. -/

meta def exprWords : Expr → String → String
  | .bvar i, done => done ++ " #" ++ i.repr
  | .sort l, done => done ++ " *" ++ escape (levelText l)
  | .const n _, done => done ++ " !" ++ nameText n
  | .app f a, done => exprWords a (exprWords f (done ++ " @"))
  | .lam n t b _, done => exprWords b (exprWords t (done ++ " L" ++ nameText n))
  | .forallE n t b _, done => exprWords b (exprWords t (done ++ " P" ++ nameText n))
  | .letE n t v b _, done => exprWords v (exprWords b (exprWords t (done ++ " @ L" ++ nameText n)))
  | .lit (.natVal n), done => done ++ " =" ++ n.repr
  | .lit (.strVal s), done => done ++ " \"" ++ escape s
  | .mdata _ e, done => exprWords e done
  | .proj s i e, done => exprWords e (done ++ " ." ++ nameText s ++ "." ++ i.repr)
  | .fvar _, done => done ++ " ?"
  | .mvar _, done => done ++ " ?"
