// JSON as answers come in: read in one go, without a copy of every text. Lists of tasks are the bulk of what we read.
#pragma once

#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskqueue {

/// One value of a document, and a view of what is in it. Lives in the document and ends with it.
class Value {
 public:
  enum class Kind : std::uint8_t { null, boolean, number, text, array, object };

  /// Goes through the elements of an array, or the values of an object's members.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Value;
    using difference_type = std::ptrdiff_t;
    using pointer = const Value*;
    using reference = const Value&;

    Iterator() = default;
    explicit Iterator(const Value* at) : at_(at) {}
    reference operator*() const { return *at_; }
    pointer operator->() const { return at_; }
    Iterator& operator++() {
      at_ += at_->span_;
      return *this;
    }
    Iterator operator++(int) {
      const Iterator before = *this;
      ++*this;
      return before;
    }
    bool operator==(const Iterator&) const = default;

   private:
    const Value* at_ = nullptr;
  };

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_null() const { return kind_ == Kind::null; }
  [[nodiscard]] bool is_text() const { return kind_ == Kind::text; }
  [[nodiscard]] bool is_array() const { return kind_ == Kind::array; }
  [[nodiscard]] bool is_object() const { return kind_ == Kind::object; }

  /// Of a text its characters, of a number its digits as sent; else empty.
  [[nodiscard]] std::string_view text() const { return text_; }
  /// The name that it has as an object's member.
  [[nodiscard]] std::string_view key() const { return key_; }

  [[nodiscard]] Iterator begin() const { return Iterator(this + 1); }
  [[nodiscard]] Iterator end() const { return Iterator(this + span_); }
  /// Of an array or object.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// The first member of that name; null if there is none, or this is no object.
  [[nodiscard]] const Value* find(std::string_view key) const;

 private:
  friend class ValueReader;

  Kind kind_ = Kind::null;
  std::uint32_t span_ = 1;  // this and all values within, which stand right behind it
  std::uint32_t size_ = 0;
  std::string_view text_;
  std::string_view key_;
};

/// A parsed text. Copies share it.
class Document {
 public:
  /// An empty object.
  Document();

  /// Nothing if `text` is not JSON (RFC 8259, UTF-8) or nests deeper than `most_levels`.
  [[nodiscard]] static std::optional<Document> parse(std::string_view text, int most_levels);

  [[nodiscard]] const Value& root() const { return *root_; }
  // A document stands for what is at its root.
  operator const Value&() const { return *root_; }  // NOLINT(google-explicit-constructor)

  /// The same, with one of its values as the root.
  [[nodiscard]] Document at(const Value& root) const { return {content_, &root}; }

 private:
  struct Content {
    std::string text;  // texts with escapes are resolved in place
    std::vector<Value> values;
  };
  Document(std::shared_ptr<const Content> content, const Value* root) : content_(std::move(content)), root_(root) {}

  std::shared_ptr<const Content> content_;
  const Value* root_;
};

}  // namespace taskqueue
