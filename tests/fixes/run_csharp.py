"""Compiles programs, runs them in every world and writes down what they did: [kind, label, value] for each thing, in order.

Reads [{name, path, texts: {before, after}, run}] from standard input, writes {name: {before: {world: trace}, ...}}. Runs under a
Python with pythonnet and a .NET runtime (install_csharp); ROSLYN_DIR holds Microsoft.CodeAnalysis*.dll. Everything happens in one
process: the programs share the stubs of stubs.cs, which keep the trace.
"""
import glob
import importlib.util
import json
import os
import pathlib
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
WORLDS = {"production": "Production", "development": "Development", "test": "Testing"}
IMPLICIT = ("System", "System.Collections.Generic", "System.IO", "System.Linq", "System.Net.Http", "System.Threading",
            "System.Threading.Tasks", "Microsoft.AspNetCore.Builder", "Microsoft.AspNetCore.Hosting",
            "Microsoft.Extensions.DependencyInjection", "Microsoft.Extensions.Hosting")
DRIVER = """
namespace Driver__
{
    using System; using Microsoft.Extensions.Hosting; using Microsoft.AspNetCore.Hosting; %s
    public static class Driver
    {
        public static void Main()
        {
            IHostEnvironment env = new HostEnvironment();
            IServiceProvider services = new Services();
            var db = new AppDb();
            %s
        }
    }
}
"""


def start(folder):
    found = pathlib.Path(importlib.util.find_spec("dnv.net").submodule_search_locations[0])
    root = found / "runtime" / ".net"
    framework = pathlib.Path(glob.glob(str(root / "shared/Microsoft.NETCore.App/*"))[0])
    config = folder / "host.runtimeconfig.json"
    config.write_text(json.dumps({"runtimeOptions": {
        "tfm": "net8.0", "framework": {"name": "Microsoft.NETCore.App", "version": framework.name},
        "configProperties": {"System.Globalization.Invariant": True}}}))
    from clr_loader import get_coreclr
    import pythonnet
    pythonnet.load(get_coreclr(runtime_config=str(config), dotnet_root=str(root)))
    import clr
    for name in ("Microsoft.CodeAnalysis.dll", "Microsoft.CodeAnalysis.CSharp.dll"):
        clr.AddReference(os.path.join(os.environ["ROSLYN_DIR"], name))
    return framework


class Compiler:
    def __init__(self, folder):
        framework = start(folder)
        import System
        from Microsoft.CodeAnalysis import MetadataReference
        from System.Collections.Generic import List
        self.system, self.references = System, List[MetadataReference]()
        for path in sorted(framework.glob("*.dll")):
            try:
                System.Reflection.AssemblyName.GetAssemblyName(str(path))
            except Exception:
                continue  # native
            self.references.Add(MetadataReference.CreateFromFile(str(path)))
        stubs = folder / "Stubs.dll"
        self.emit([(HERE / "stubs.cs").read_text()], "Stubs", True, str(stubs))
        self.references.Add(MetadataReference.CreateFromFile(str(stubs)))
        from System.Runtime.Loader import AssemblyLoadContext
        self.log = AssemblyLoadContext.Default.LoadFromAssemblyPath(str(stubs)).GetType("Log")

    def emit(self, texts, name, library=False, path=None):
        """The compiled assembly's bytes; the compiler's errors as a string if there are any."""
        from Microsoft.CodeAnalysis import OutputKind, SyntaxTree
        from Microsoft.CodeAnalysis.CSharp import (CSharpCompilation, CSharpCompilationOptions, CSharpParseOptions,
                                                   CSharpSyntaxTree, LanguageVersion)
        from System.Collections.Generic import List
        parse = CSharpParseOptions(LanguageVersion.Latest)
        trees = List[SyntaxTree]()
        for text in texts:
            trees.Add(CSharpSyntaxTree.ParseText(text, parse))
        kind = OutputKind.DynamicallyLinkedLibrary if library else OutputKind.ConsoleApplication
        stream = self.system.IO.MemoryStream()
        result = CSharpCompilation.Create(name, trees, self.references, CSharpCompilationOptions(kind)).Emit(stream)
        errors = [found.ToString() for found in result.Diagnostics if int(found.Severity) == 3]
        if errors:
            return "; ".join(errors)
        if path:
            self.system.IO.File.WriteAllBytes(path, stream.ToArray())
        return stream.ToArray()

    def run(self, job, text, name):
        implicit = "".join(f"global using {used};\n" for used in IMPLICIT) if "Microsoft.Extensions.Hosting.IHost" not in text else ""
        within = "".join(f"using {part[10:].rstrip(';')};" for part in text.splitlines() if part.startswith("namespace "))
        driver = [DRIVER % (within, job["run"])] if job["run"] else []
        made = self.emit([text, implicit, *driver], name)
        if isinstance(made, str):
            return {world: [["raise", "compiler", made]] for world in WORLDS}
        return {world: self.execute(made, world) for world in WORLDS}

    def execute(self, made, world):
        system = self.system
        for variable in ("DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT"):
            system.Environment.SetEnvironmentVariable(variable, WORLDS[world])
        self.log.GetMethod("Clear").Invoke(None, None)
        entry = system.Reflection.Assembly.Load(made).EntryPoint
        given = system.Array[system.Object]([system.Array[system.String]([])]) if entry.GetParameters().Length else None
        try:
            entry.Invoke(None, given)
        except Exception as error:
            inner = error.InnerException or error
            while inner.InnerException:
                inner = inner.InnerException
            self.log.GetMethod("Add").Invoke(None, system.Array[system.Object](["raise", inner.GetType().Name, inner.Message]))
        return json.loads(str(self.log.GetMethod("Json").Invoke(None, None)))


def main():
    jobs, found = json.load(sys.stdin), {}
    with tempfile.TemporaryDirectory() as name:
        compiler = Compiler(pathlib.Path(name))
        for number, job in enumerate(jobs):
            texts = job["texts"].items()
            found[job["name"]] = {which: compiler.run(job, text, f"p{number}_{which}") for which, text in texts}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
