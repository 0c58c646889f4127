// Runner ASSEMBLY [--not PART]...: runs the xunit tests of an assembly that lies beside it. Prints each failure, at last `N passed, N failed`.
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Xunit.Abstractions;
using Xunit.Sdk;

var assembly = Assembly.LoadFrom(Path.GetFullPath(args[0]));
var left = args.Skip(1).Where(a => a != "--not").ToList();
var sink = new Sink();
var framework = new XunitTestFramework(sink);
using var discoverer = framework.GetDiscoverer(Reflector.Wrap(assembly));
discoverer.Find(false, sink, new Options());
sink.Discovered.WaitOne();
var cases = sink.Cases.Where(c => !left.Any(p => $"{c.TestMethod.TestClass.Class.Name}.{c.TestMethod.Method.Name}".Contains(p, StringComparison.Ordinal))).ToList();
if (cases.Count == 0) throw new InvalidOperationException($"{args[0]} holds no test.");
using var executor = framework.GetExecutor(assembly.GetName());
executor.RunTests(cases, sink, new Options());
while (!sink.Finished.WaitOne(TimeSpan.FromSeconds(1)))
{
    if (sink.Hung(TimeSpan.FromMinutes(10)) is { } hung) sink.Fail(hung, "it has run for 10 minutes: the rest was not run");
}

Console.WriteLine($"{sink.Passed} passed, {sink.Failed} failed");

// Threads that a test has left do not hold it up.
Environment.Exit(sink.Failed == 0 && sink.Passed > 0 ? 0 : 1);

/// <summary>As `dotnet test` has them on two processors.</summary>
internal sealed class Options : ITestFrameworkDiscoveryOptions, ITestFrameworkExecutionOptions
{
    private readonly Dictionary<string, object?> _values = new() { ["xunit.execution.MaxParallelThreads"] = (int?)2, ["xunit.discovery.PreEnumerateTheories"] = (bool?)true };

    public TValue GetValue<TValue>(string name) => _values.TryGetValue(name, out var value) && value is TValue typed ? typed : default!;

    public void SetValue<TValue>(string name, TValue value) => _values[name] = value;
}

/// <summary>Counts, and prints what failed.</summary>
internal sealed class Sink : IMessageSink
{
    private readonly ConcurrentDictionary<string, long> _running = new();
    private int _passed;
    private int _failed;

    public ConcurrentBag<ITestCase> Cases { get; } = [];

    public ManualResetEvent Discovered { get; } = new(false);

    public ManualResetEvent Finished { get; } = new(false);

    public int Passed => _passed;

    public int Failed => _failed;

    public string? Hung(TimeSpan limit) => _running.FirstOrDefault(r => Stopwatch.GetElapsedTime(r.Value) > limit).Key;

    public bool OnMessage(IMessageSinkMessage message)
    {
        switch (message)
        {
            case ITestCaseDiscoveryMessage found: Cases.Add(found.TestCase); break;
            case IDiscoveryCompleteMessage: Discovered.Set(); break;
            case ITestStarting start: _running[start.Test.DisplayName] = Stopwatch.GetTimestamp(); break;
            case ITestFinished end: _running.TryRemove(end.Test.DisplayName, out _); break;
            case ITestPassed: Interlocked.Increment(ref _passed); break;

            // A test that is skipped has not passed.
            case ITestSkipped skipped: Note(skipped.Test.DisplayName, $"skipped: {skipped.Reason}"); break;
            case ITestFailed failed: Note(failed.Test.DisplayName, Text(failed)); break;
            case IFailureInformation fault: Note("outside of a test", Text(fault)); break;
            case ITestAssemblyFinished: Finished.Set(); break;
        }

        return true;
    }

    public void Fail(string name, string why)
    {
        Note(name, why);
        Console.WriteLine($"{Passed} passed, {Failed} failed");
        Environment.Exit(1);
    }

    private void Note(string name, string why)
    {
        Interlocked.Increment(ref _failed);
        Console.WriteLine($"FAILED {name}\n{why}");
    }

    private static string Text(IFailureInformation fault) =>
        string.Join('\n', fault.ExceptionTypes.Zip(fault.Messages, (type, text) => $"  {type}: {text}").Concat(fault.StackTraces));
}
