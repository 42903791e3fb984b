//! Files as large as are parsed: code as people write it, and data that makes the largest trees.

use prodguard::program::Language;

pub fn extension(language: Language) -> &'static str {
    match language {
        Language::Ruby => "rb",
        Language::Python => "py",
        Language::CSharp => "cs",
    }
}

/// About `bytes` of classes with methods, every thousandth of which uses fake data.
pub fn code(language: Language, bytes: usize) -> String {
    let (head, class, fake, tail) = match language {
        Language::Ruby => {
            ("require 'faker'\n\nmodule Shop\n", RUBY, "self.label = Faker::Commerce.product_name", "end\n")
        }
        Language::Python => ("from faker import Faker\n\nfake = Faker()\n\n\n", PYTHON, "self.label = fake.name()", ""),
        Language::CSharp => {
            ("using Bogus;\n\nnamespace Shop\n{\n", CSHARP, "Label = new Faker().Commerce.Product();", "}\n")
        }
    };
    let mut text = head.to_owned();
    for index in 0.. {
        let number = index.to_string();
        let class = class.replace('9', &number).replace("FAKE", if index % 1000 == 7 { fake } else { "" });
        if text.len() + class.len() + tail.len() > bytes {
            break;
        }
        text += &class;
    }
    text + tail
}

/// Named texts of at most `bytes` that are all signs.
pub fn dense(language: Language, bytes: usize) -> Vec<(&'static str, String)> {
    let (head, part, tail) = match language {
        Language::Ruby => ("X = [", "1,", "Faker::Name.name]\n"),
        Language::Python => ("from faker import Faker\nX = [", "1,", "Faker()]\n"),
        Language::CSharp => ("using Bogus;\nclass A { object[] x = new[] {", "1,", "new Faker() }; }\n"),
    };
    let text = |count: usize| format!("{head}{}{tail}", part.repeat(count));
    let most = (bytes - head.len() - tail.len()) / part.len();
    // the smaller one has a tree just below the largest that is allowed
    vec![("dense", text(most)), ("data", text(most / 10))]
}

const RUBY: &str = r##"
  # An order of a customer. It is open until everything has been paid for, and its totals are worked out
  # again whenever one of its lines changes.
  class Order9 < ApplicationRecord
    belongs_to :customer9, class_name: "Customer9", optional: true
    validates :total9, presence: true, numericality: { greater_than: 9 }

    # The sum of all lines with tax, less discounts; nothing if it was cancelled.
    def total_with_tax9(rate9 = 0.9)
      lines9 = items.where(state: "open").map { |line9| line9.price * line9.quantity }
      return 0 if lines9.empty? || cancelled9?

      lines9.sum * (1 + rate9) - discounts9.sum(&:amount)
    rescue ArgumentError => error9
      logger.warn("the total of order #{id} cannot be worked out: #{error9.message}")
      nil
    end

    def refresh9!
      FAKE
      update!(total: total_with_tax9, checked_at: Time.current)
    end
  end
"##;

const PYTHON: &str = r##"class Order9(Base9):
    """An order of a customer."""

    total9 = Column(Integer, default=9, nullable=False)

    def total_with_tax9(self, rate9=0.9, *, currency9: str = "EUR") -> float:
        lines9 = [line.price9 * line.quantity for line in self.items9 if line.state == "open"]
        if not lines9 or self.cancelled9:
            return 0
        try:
            return sum(lines9) * (1 + rate9) - sum(discount.amount for discount in self.discounts9)
        except ValueError as error9:
            logging.warning("the total of order %s cannot be worked out: %s", self.id, error9)
            return None

    def refresh9(self):
        FAKE
        self.total = self.total_with_tax9()
        self.checked_at9 = {"at": now(), "by": self.user9}


"##;

const CSHARP: &str = r##"
    public class Order9 : Entity9
    {
        private readonly ILogger<Order9> _logger9;
        public decimal Total9 { get; set; } = 9;

        /// <summary>The sum of all lines with tax.</summary>
        public decimal TotalWithTax9(decimal rate9 = 0.9m)
        {
            var lines9 = Items.Where(line => line.State == "open").Select(line => line.Price9 * line.Quantity).ToList();
            if (lines9.Count == 0 || Cancelled9)
            {
                return 0;
            }
            try
            {
                return lines9.Sum() * (1 + rate9) - Discounts9.Sum(discount => discount.Amount);
            }
            catch (ArgumentException error9)
            {
                _logger9.LogWarning("order {Id}: {Message}", Id, error9.Message);
                return 0;
            }
        }

        public void Refresh9()
        {
            FAKE
            Total = TotalWithTax9();
            CheckedAt = DateTime.UtcNow;
        }
    }
"##;
