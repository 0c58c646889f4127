using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DeviceAgent.Commands;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Registry;

namespace DeviceAgent.IntegrationTests.Doctor;

/// <summary>One testbed for all planted faults: a device without an agent, one whose agent runs, and others as faults need them.</summary>
public sealed class DoctorBed : IAsyncLifetime
{
    /// <summary>A broker takes one CONNECT a second of each thing.</summary>
    private readonly BedDevice[] _idle = new BedDevice[4];

    private int _devices;
    private int _turn;

    internal TestCloud Cloud { get; private set; } = null!;

    /// <summary>A device whose agent does not run.</summary>
    internal BedDevice Idle => _idle[_turn++ % _idle.Length];

    /// <summary>One whose agent runs.</summary>
    internal BedDevice Busy { get; private set; } = null!;

    internal RunningAgent Agent { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Cloud = await TestCloud.StartAsync();
        for (var i = 0; i < _idle.Length; i++) _idle[i] = await NewDeviceAsync();
        Busy = await NewDeviceAsync();
        Agent = await StartAgentAsync(Busy);
    }

    public async Task DisposeAsync()
    {
        await Agent.DisposeAsync();
        await Cloud.DisposeAsync();
    }

    internal async Task<BedDevice> NewDeviceAsync()
    {
        var thing = $"patient-{Interlocked.Increment(ref _devices):00}";
        return new BedDevice(this, thing, await Cloud.DeviceAsync(thing));
    }

    /// <summary>Runs it until it is connected and its reading has arrived; the next is an hour away, so no fault of the cloud parks its writes.</summary>
    internal async Task<RunningAgent> StartAgentAsync(BedDevice device)
    {
        var agent = RunningAgent.Run(device.Configuration, "source.kind=simulated", "source.intervalSeconds=3600", "spool.groupCommitSeconds=0.1", "upload.maxDelaySeconds=0.2");
        await Cloud.WaitForRowsAsync(device.Thing, 1, agent);
        await TestCloud.UntilAsync(() => Cloud.Cloud.IsConnected(device.Thing), () => "not connected", agent);
        return agent;
    }
}

/// <summary>A thing with its folder.</summary>
internal sealed record BedDevice(DoctorBed Bed, string Thing, string Configuration)
{
    public string Folder => Path.GetDirectoryName(Configuration)!;

    public string CertificateId
    {
        get
        {
            using var certificate = X509Certificate2.CreateFromPemFile(PathOf("certificate.pem"), PathOf("private.key"));
            return Convert.ToHexStringLower(SHA256.HashData(certificate.RawData));
        }
    }

    public RegistryService Registry => Bed.Cloud.Cloud.Registry;

    public string PathOf(string file) => Path.Combine(Folder, file);

    /// <summary>In this process; where it needs variables of its own, as one.</summary>
    public async Task<Diagnosis> DiagnoseAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] line = ["doctor", "--json", "--config", Configuration, .. arguments];
        if (environment is not null)
        {
            await using var process = RunningAgent.Start(line, environment);
            return Diagnosis.Of(await process.WaitForExitAsync(), process.Output);
        }

        using var output = new StringWriter();
        var exit = await AgentCommand.RunAsync(line, output, TextWriter.Null);
        return Diagnosis.Of((int)exit, output.ToString());
    }
}

/// <summary>What the doctor said.</summary>
internal sealed record Diagnosis(int ExitCode, string Verdict, IReadOnlyList<(string Check, string Result, string Text)> Findings, string Output)
{
    public IEnumerable<(string Check, string Result, string Text)> Bad => Findings.Where(f => f.Result is "warning" or "failure");

    public static Diagnosis Of(int exitCode, string output)
    {
        using var document = JsonDocument.Parse(output);
        var findings = document.RootElement.GetProperty("findings").EnumerateArray()
            .Select(f => (f.GetProperty("check").GetString()!, f.GetProperty("result").GetString()!, string.Join(' ', f.EnumerateObject().Skip(2).Select(p => p.Value.GetString())))).ToList();
        return new Diagnosis(exitCode, document.RootElement.GetProperty("verdict").GetString()!, findings, output);
    }
}
