// Result<T, E>: a value or why there is none. Names as in C++23's std::expected, which replaces it one day.
#pragma once

#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

namespace taskqueue {

/// Marks an error where a Result is made: `return Unexpected(failure);`
template <class E>
struct Unexpected {
  explicit Unexpected(E value) : error(std::move(value)) {}
  E error;
};

/// The value of a Result that only tells whether something worked.
struct Done {
  bool operator==(const Done&) const = default;
};

/// Asking for the one that it does not hold throws.
template <class T, class E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Unexpected<E> unexpected) : state_(std::in_place_index<1>, std::move(unexpected.error)) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] T& value() & { return std::get<0>(state_); }
  [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
  [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
  [[nodiscard]] T& operator*() & { return value(); }
  [[nodiscard]] const T& operator*() const& { return value(); }
  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }
  [[nodiscard]] T* operator->() { return &value(); }
  [[nodiscard]] const T* operator->() const { return &value(); }

  [[nodiscard]] E& error() & { return std::get<1>(state_); }
  [[nodiscard]] const E& error() const& { return std::get<1>(state_); }
  [[nodiscard]] E&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, E> state_;
};

}  // namespace taskqueue
