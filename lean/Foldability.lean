module

public import Foldability.Definitions
public import Foldability.LinearAlgebra
public import Foldability.Folding.SingleHead
public import Foldability.Folding.Pairs
public import Foldability.Folding.MultiHead
public import Foldability.Folding.GroupedQuery
public import Foldability.Folding.Rope
public import Foldability.Folding.Norms
public import Foldability.Folding.Latent
public import Foldability.Folding.Residual
public import Foldability.Folding.Centring
public import Foldability.Folding.Converse

/-! Foldability: when a symmetry of RoPE attention folds into the weights, exactly. -/
