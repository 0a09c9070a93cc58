// What every Gaussian shares, in snippets for one staged component ${c}: its mean, and u = x − μ_k.

#section means
#for j in 0..D
  let mean_${c}_${j} = staged[${c * COMPONENT_LENGTH + 1 + j}];
#end

#section difference
#for j in 0..D
  let u_${c}_${j} = x_${j} - mean_${c}_${j};
#end
