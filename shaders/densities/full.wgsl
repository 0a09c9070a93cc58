// Snippets for one staged component ${c}: log2 π_k p(x | θ_k) = constant − |W u|², u = x − μ_k, with W lower triangular
// and √(½ log2 e) folded in. Everything has a name and no index, so that it stays in registers.

#section parameters
  let constant_${c} = staged[${c * COMPONENT_LENGTH}];
#for t in 0..(D * (D + 1)) / 2
  let factor_${c}_${t} = staged[${c * COMPONENT_LENGTH + 1 + D + t}];
#end

#section log_density
  var squares_${c} = 0.0;
#for i in 0..D
  var y_${c}_${i} = factor_${c}_${i * (i + 1) / 2} * u_${c}_0;
#for j in 1..i + 1
  y_${c}_${i} = fma(factor_${c}_${i * (i + 1) / 2 + j}, u_${c}_${j}, y_${c}_${i});
#end
  squares_${c} = fma(y_${c}_${i}, y_${c}_${i}, squares_${c});
#end
  let logit_${c} = max(constant_${c} - squares_${c}, LOG_ZERO);
