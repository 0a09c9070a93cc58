// μ of staged component ${c}, by name.
#for j in 0..D
  let mean_${c}_${j} = staged[${c * COMPONENT_LENGTH + 1 + j}];
#end
