//! Environment objects in scope.

use tree_sitter::Node;

use crate::lang::guard::{Import, Predicate, Text};

use super::children;

const HOSTING: Import = Import::Using("Microsoft.Extensions.Hosting");
const INJECTION: Import = Import::Using("Microsoft.Extensions.DependencyInjection");

/// The environment objects that a statement at a byte offset can see, nearest first.
pub(super) fn predicates(file: &Text<'_>, at: usize) -> Vec<Predicate> {
    let path = file.path(&(at..at));
    let mut scope = Scope { file, at, found: Vec::new(), later: Vec::new(), is_static: false, is_initialiser: false };
    for (index, node) in path.iter().enumerate().rev() {
        match node.kind() {
            "method_declaration" | "constructor_declaration" | "local_function_statement" | "lambda_expression" => {
                scope.parameters(*node);
                if index > 0 && node.kind() == "lambda_expression" {
                    scope.host_lambda(*node, &path[..index]);
                }
                let head = file.slice(
                    node.start_byte()..node.child_by_field_name("name").map_or(node.end_byte(), |n| n.start_byte()),
                );
                let words: Vec<&str> = head.split_whitespace().collect();
                scope.is_static |= words.contains(&"static") && node.kind() != "lambda_expression";
                // its fields are not set yet
                scope.is_static |= node.kind() == "constructor_declaration";
            }
            "block" | "switch_section" => children(*node).into_iter().rev().for_each(|child| scope.local(child)),
            "compilation_unit" => {
                let statements = children(*node).into_iter().rev().filter(|child| child.kind() == "global_statement");
                statements.filter_map(|child| child.named_child(0)).for_each(|child| scope.local(child));
            }
            "field_declaration" | "property_declaration" => {
                let value = node.child_by_field_name("value").filter(|value| value.kind() != "arrow_expression_clause");
                let initialises =
                    node.kind() == "field_declaration" || value.is_some_and(|value| value.start_byte() <= at);
                scope.is_initialiser |= initialises;
                let head = file.slice(node.start_byte()..at.max(node.start_byte()));
                scope.is_static |= head.split_whitespace().any(|word| word == "static");
            }
            "class_declaration" | "record_declaration" | "struct_declaration" => {
                if !scope.is_static {
                    scope.members(*node);
                }
                // of the classes around it there is no instance at hand
                scope.is_static = true;
            }
            _ => {}
        }
    }
    scope.found.extend(scope.later);
    scope.found
}

struct Scope<'a> {
    file: &'a Text<'a>,
    at: usize,
    found: Vec<Predicate>,
    /// Through a container of services: after everything that is at hand.
    later: Vec<Predicate>,
    is_static: bool,
    /// In what initialises a member, where no other member can be seen.
    is_initialiser: bool,
}

impl Scope<'_> {
    fn parameters(&mut self, function: Node<'_>) {
        if let Some(list) = function.child_by_field_name("parameters").filter(|list| list.kind() == "parameter_list") {
            self.list(list);
        }
    }

    fn list(&mut self, list: Node<'_>) {
        for parameter in children(list) {
            if let (Some(kind), Some(name)) =
                (parameter.child_by_field_name("type"), parameter.child_by_field_name("name"))
            {
                self.declared(self.file.node(kind), self.file.node(name));
            }
        }
    }

    /// `(context, services) => …` of the methods of a host builder.
    fn host_lambda(&mut self, lambda: Node<'_>, path: &[Node<'_>]) {
        let call = path.iter().rev().find(|node| node.kind() == "invocation_expression");
        let name = call
            .and_then(|call| call.child_by_field_name("function"))
            .and_then(|function| function.child_by_field_name("name"))
            .map_or("", |name| self.file.node(name));
        let names = lambda.child_by_field_name("parameters").map_or("", |list| self.file.node(list));
        let names: Vec<&str> = names.trim_matches(['(', ')']).split(',').map(str::trim).collect();
        if matches!(name, "ConfigureServices" | "ConfigureAppConfiguration" | "ConfigureLogging")
            && let [context, _] = names.as_slice()
            && !context.contains(' ')
        {
            self.declared("HostBuilderContext", context);
        }
    }

    fn local(&mut self, statement: Node<'_>) {
        if statement.kind() != "local_declaration_statement" || statement.end_byte() > self.at {
            return;
        }
        let Some(declaration) = statement.named_child(0).filter(|node| node.kind() == "variable_declaration") else {
            return;
        };
        let Some(kind) = declaration.child_by_field_name("type") else {
            return;
        };
        let mut cursor = declaration.walk();
        for declarator in declaration.named_children(&mut cursor).filter(|node| node.kind() == "variable_declarator") {
            let Some(name) = declarator.child_by_field_name("name") else {
                continue;
            };
            let value =
                self.file.slice(name.end_byte()..declarator.end_byte()).trim_start_matches([' ', '=', '\n', '\r']);
            let kind = match kind.kind() {
                "implicit_type" if value.starts_with("WebApplication.CreateBuilder(") => "WebApplicationBuilder",
                "implicit_type" if value.starts_with("Host.CreateApplicationBuilder(") => "HostApplicationBuilder",
                "implicit_type" if value.starts_with("WebAssemblyHostBuilder.") => "WebAssemblyHostBuilder",
                "implicit_type" if value.starts_with("WebApplication.Create(") => "WebApplication",
                "implicit_type"
                    if value == "builder.Build()" && self.file.text.contains("WebApplication.CreateBuilder(") =>
                {
                    "WebApplication"
                }
                "implicit_type" => continue,
                _ => self.file.node(kind),
            };
            self.declared(kind, self.file.node(name));
        }
    }

    fn members(&mut self, class: Node<'_>) {
        let mut cursor = class.walk();
        let primary = class.named_children(&mut cursor).find(|node| node.kind() == "parameter_list");
        if let Some(list) = primary {
            self.list(list);
        }
        let Some(body) = class.child_by_field_name("body").filter(|_| !self.is_initialiser) else {
            return;
        };
        for member in children(body) {
            match member.kind() {
                "field_declaration" => {
                    let mut cursor = member.walk();
                    let declaration =
                        member.named_children(&mut cursor).find(|node| node.kind() == "variable_declaration");
                    let Some(declaration) = declaration else {
                        continue;
                    };
                    let name = declaration.named_child(1).and_then(|node| node.child_by_field_name("name"));
                    if let (Some(kind), Some(name)) = (declaration.child_by_field_name("type"), name) {
                        self.declared(self.file.node(kind), self.file.node(name));
                    }
                }
                "property_declaration" => {
                    if let (Some(kind), Some(name)) =
                        (member.child_by_field_name("type"), member.child_by_field_name("name"))
                    {
                        self.declared(self.file.node(kind), self.file.node(name));
                    }
                }
                _ => {}
            }
        }
    }

    fn declared(&mut self, kind: &str, name: &str) {
        let kind = kind.trim_end_matches('?').rsplit('.').next().unwrap_or(kind);
        let service = |path: &str| {
            (format!("{name}{path}GetRequiredService<IHostEnvironment>()"), vec![HOSTING, INJECTION], true)
        };
        let (object, imports, later) = match kind {
            "IWebHostEnvironment" | "IHostEnvironment" => (name.to_owned(), vec![HOSTING], false),
            "IHostingEnvironment" | "IAbpHostEnvironment" | "IWebAssemblyHostEnvironment" => {
                (name.to_owned(), Vec::new(), false)
            }
            "WebApplication" | "WebApplicationBuilder" | "HostApplicationBuilder" => {
                (format!("{name}.Environment"), vec![HOSTING], false)
            }
            "WebAssemblyHostBuilder" => (format!("{name}.HostEnvironment"), Vec::new(), false),
            "HostBuilderContext" | "WebHostBuilderContext" => {
                (format!("{name}.HostingEnvironment"), vec![HOSTING], false)
            }
            "IHost" => service(".Services."),
            "IApplicationBuilder" => service(".ApplicationServices."),
            "IEndpointRouteBuilder" => service(".ServiceProvider."),
            "IServiceProvider" => service("."),
            "HttpContext" => service(".RequestServices."),
            _ => return,
        };
        let predicate = Predicate { text: format!("{object}.IsDevelopment()"), imports, test: false };
        if later { self.later.push(predicate) } else { self.found.push(predicate) }
    }
}
