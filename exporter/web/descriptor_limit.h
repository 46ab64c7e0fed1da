// How many files and sockets the process may hold.
#pragma once

#include <cstddef>

namespace taskqueue::web {

/// Raises the soft limit of open descriptors to the hard one, where that is allowed. Returns the limit in force.
std::size_t raise_descriptor_limit();

}  // namespace taskqueue::web
