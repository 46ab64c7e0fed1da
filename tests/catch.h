// Catch2 as Debian ships it: version 2 in 12, version 3 in 13.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
using Catch::Matchers::ContainsSubstring;
#else
#include <catch2/catch.hpp>
/// Version 3's name of it.
inline auto ContainsSubstring(const std::string& part) { return Catch::Contains(part); }
#endif
