// Snippets for one staged component ${c}: log2 π_k p(x | θ_k) = constant − Σ_j (w_j u_j)², u = x − μ_k, with
// w = √(½ log2 e) / σ.

#section parameters
  let constant_${c} = staged[${c * COMPONENT_LENGTH}];
#for j in 0..D
  let factor_${c}_${j} = staged[${c * COMPONENT_LENGTH + 1 + D + j}];
#end

#section log_density
  var squares_${c} = 0.0;
#for j in 0..D
  let y_${c}_${j} = factor_${c}_${j} * u_${c}_${j};
  squares_${c} = fma(y_${c}_${j}, y_${c}_${j}, squares_${c});
#end
  let logit_${c} = max(constant_${c} - squares_${c}, LOG_ZERO);
