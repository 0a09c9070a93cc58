// Snippets for one staged component ${c}: log2 π_k p(x | θ_k) = constant + a · u, u = x − μ_k, up to what is the same for
// all components; log2 e is folded into a.

#section parameters
  let constant_${c} = staged[${c * COMPONENT_LENGTH}];
#for j in 0..D
  let factor_${c}_${j} = staged[${c * COMPONENT_LENGTH + 1 + D + j}];
#end

#section log_density
  var dot_${c} = factor_${c}_0 * u_${c}_0;
#for j in 1..D
  dot_${c} = fma(factor_${c}_${j}, u_${c}_${j}, dot_${c});
#end
  let logit_${c} = max(constant_${c} + dot_${c}, LOG_ZERO);
