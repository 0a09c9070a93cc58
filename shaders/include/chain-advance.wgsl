// From the encoded sums ahead of row t to its α.
        {
          var tops = vec4f(LOG_ZERO);
#if FUSED
          let row = chunk.begin + t;
#include row
#for c in 0..STATES
#include difference
#include log_density
#end
#for c in STATES..4 * QUADS
          let logit_${c} = LOG_ZERO;
#end
#endif
#for q in 0..QUADS
#if FUSED
          let emission_${q} = vec4f(logit_${4 * q}, logit_${4 * q + 1}, logit_${4 * q + 2}, logit_${4 * q + 3});
#else
          let emission_${q} = logits[message_at(t, ${q}u)];
#endif
          let logarithm_${q} = min(sum_${q}, vec4f()) + emission_${q};
          let floor_${q} = floor(logarithm_${q});
          let value_${q} = exp2(logarithm_${q} - floor_${q}) * select(vec4f(1.0), sum_${q}, sum_${q} > vec4f());
          let alive_${q} = logarithm_${q} > vec4f(LOG_IMPOSSIBLE);
          tops = max(tops, select(vec4f(LOG_ZERO), floor_${q} + exponents(value_${q}), alive_${q}));
#end
          let top = max(max(tops.x, tops.y), max(tops.z, tops.w));
          is_deep = false;
#for q in 0..QUADS
          let shift_${q} = floor_${q} - top;
          message_${q} = value_${q} * powers(shift_${q});
          let deep_${q} = (message_${q} < vec4f(LEAST_STATE)) & alive_${q};
          if (any(deep_${q})) {
            message_${q} = select(message_${q}, log2(value_${q}) + shift_${q}, deep_${q});
            is_deep = true;
          }
          message_${q} = select(vec4f(LOG_ZERO), message_${q}, alive_${q});
          alphas[alpha_at(t, ${q}u)] = message_${q};
#end
          exponent += select(top, 0.0, top < LOG_IMPOSSIBLE);
          dead = min(dead, select(NONE, t, top < LOG_IMPOSSIBLE));
        }
