using System.Globalization;
using Amazon.DynamoDBv2;
using DeviceAgent.Testbed.Hosting;
using Microsoft.Data.Sqlite;

namespace DeviceAgent.Testbed.Demo;

/// <summary>The main job on one machine: a cloud on loopback, real agents that upload to it, and a look at what landed.</summary>
internal static class Demonstration
{
    private static readonly TimeSpan ViewInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AgentPatience = TimeSpan.FromSeconds(15);

    /// <returns>0: the devices' readings are in their tables, unchanged (or there were no devices); 1: they are not; 2: the testbed could not start; 3: another one runs in the folder.</returns>
    public static async Task<int> RunAsync(TestbedOptions options, CancellationToken cancellationToken)
    {
        try
        {
            using var state = StateDirectory.Open(options.StateDirectory);
            await using var cloud = await Cloud.StartAsync(options, state.Path, cancellationToken);
            var code = await RunAsync(options, cloud, cancellationToken);
            if (code != 0) state.Keep();
            Console.WriteLine(state.IsTemporary ? $"The folder {state.Path} with the agents' logs is removed. Start with --state DIR to keep it, and to go on another time."
                : $"The agents' logs and all else are in {state.Path}{(options.StateDirectory is null ? "" : $"; --state {state.Path} goes on there")}.");
            return code;
        }
        catch (StateDirectoryInUseException e)
        {
            Console.Error.WriteLine($"testbed: {e.Message}");
            return 3;
        }
        catch (Exception e) when (e is PortTakenException or AmazonDynamoDBException or SqliteException or InvalidDataException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"testbed: {e.Message}");
            return 2;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 0;
        }
    }

    private static async Task<int> RunAsync(TestbedOptions options, Cloud cloud, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        Console.WriteLine($"The page: {cloud.Host.Url(Listener.Console)}\n");
        if (options.Devices > LiveView.MostDevices) Console.WriteLine($"Making certificates and tables for {options.Devices} devices ...");
        using var dynamoDb = cloud.CreateOperatorDynamoDb();
        var devices = new DemoDevice[options.Devices];
        try
        {
            await Parallel.ForAsync(0, devices.Length, AtOnce(cancellationToken), async (index, token) =>
                devices[index] = await DemoDevice.PrepareAsync(DeviceFolder.Name(index + 1), cloud, options.ReadingsPerSecond, dynamoDb, token));
            var things = new ShownThings(devices, cloud);
            cloud.Watch(things);
            Announce(cloud, EnvironmentFile.Write(cloud.Directory, cloud), options);
            AnnounceEdited(devices);
            var view = new LiveView(Console.Out, () => Console.IsOutputRedirected ? 0 : Console.WindowWidth, time);
            await WatchAsync(devices, things, options, new RowCounts(cloud.ItemCounts, dynamoDb), view, time, cancellationToken);
            if (options is { StartAgents: true, Devices: > 0 }) Console.WriteLine("\nThe agents are stopped; they deliver what they have read ...");
            await Parallel.ForEachAsync(devices, AtOnce(CancellationToken.None), async (device, _) => await device.StopAgentAsync(AgentPatience));
            return options.StartAgents && devices.Length > 0 ? await JudgeAsync(devices, dynamoDb) : 0;
        }
        finally
        {
            foreach (var device in devices.OfType<DemoDevice>()) await device.DisposeAsync();
        }
    }

    private static void Announce(Cloud cloud, string environmentFile, TestbedOptions options)
    {
        Console.WriteLine($"""
            AWS on this machine: account {CloudAccount.AccountId}, region {CloudAccount.Region}
              credentials provider  https://{cloud.CredentialsEndpoint}
              DynamoDB              {cloud.Host.Url(Listener.DynamoDb)}{(options.DynamoDbUrl is { } url ? $" -> {url}" : "")}
              IoT devices           {cloud.DataEndpoint} (MQTT and HTTPS, with a device's certificate)
              IoT, IAM, STS         {cloud.Host.Url(Listener.Iot)} {cloud.Host.Url(Listener.Iam)} {cloud.Host.Url(Listener.Sts)}
              IoT data plane        {cloud.Host.Url(Listener.IotData)} (operators, signed)
            Look at it with any AWS client:
              . {environmentFile}; aws dynamodb scan --table-name {DeviceFolder.Name(1)} --max-items 3
            """);
        Console.WriteLine(options is { StartAgents: true, Devices: > 0 }
            ? $"Devices replay {RoomReadings.Load().Count} recorded room readings, {options.ReadingsPerSecond.ToString(CultureInfo.InvariantCulture)} a second each. Their logs: {Path.Combine(cloud.Directory, "things", "*", "agent.log")}\nCtrl-C ends it.\n"
            : $"No agents. Device folders: {Path.Combine(cloud.Directory, "things")}\nCtrl-C ends it.\n");
    }

    private static void AnnounceEdited(DemoDevice[] devices)
    {
        foreach (var device in devices.Where(d => d.Configuration.IsEdited))
        {
            Console.WriteLine($"{device.Configuration.Path} was edited and stays as it is; --rate does not change it.");
            foreach (var misfit in device.Configuration.Misfits) Console.WriteLine($"  It does not fit this testbed: {misfit}.");
        }
    }

    /// <summary>So many devices at a time: two hundred agents that start at once leave none of them a processor.</summary>
    private static ParallelOptions AtOnce(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = 2 * Environment.ProcessorCount, CancellationToken = cancellationToken };

    private static async Task StartAgentsAsync(DemoDevice[] devices, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await Parallel.ForEachAsync(devices, AtOnce(cancellationToken), async (device, token) =>
            {
                device.StartAgent(time);
                await device.SettleAsync(StartPatience, time, token);
            });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The rest is not started.
        }
    }

    private static async Task WatchAsync(
        DemoDevice[] devices, ShownThings things, TestbedOptions options, RowCounts counts, LiveView view, TimeProvider time, CancellationToken cancellationToken)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var duration = options.Duration is { } length ? new CancellationTokenSource(length, time) : new CancellationTokenSource();
        await using var _ = duration.Token.Register(end.Cancel);
        using var timer = new PeriodicTimer(ViewInterval, time);
        var starting = options.StartAgents ? StartAgentsAsync(devices, time, end.Token) : Task.CompletedTask;
        try
        {
            while (await timer.WaitForNextTickAsync(end.Token))
            {
                if (starting.IsFaulted) break;
                await counts.UpdateAsync(things.Refresh(), end.Token);
                if (options.StartAgents && devices.Length > 0) view.Show(Array.ConvertAll(devices, d => d.Status));
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The time is up, or the person at the keyboard has seen enough.
        }
        finally
        {
            await end.CancelAsync();
            await starting;
        }
    }

    private static async Task<int> JudgeAsync(DemoDevice[] devices, IAmazonDynamoDB dynamoDb)
    {
        var readings = RoomReadings.Load();
        var code = 0;
        foreach (var device in devices)
        {
            var landed = await LandedReadings.CompareAsync(dynamoDb, device.Thing, readings, CancellationToken.None);
            IReadOnlyList<string> faults = device.Configuration.ReplaysRecording ? landed.Faults : [];
            var good = landed.Rows > 0 && faults.Count == 0 && device.AgentEndedWell;
            if (!good) code = 1;
            Console.WriteLine(landed.Rows == 0 ? $"{device.Thing}: no readings in the table. Why: {device.Status.Trouble?.Text ?? "see " + device.LogPath}"
                : !device.Configuration.ReplaysRecording ? $"{device.Thing}: {landed.Rows} readings stand in the table; its agent.json was edited and does not replay the recording, so they are not compared with it"
                : $"{device.Thing}: {landed.Rows} of the replayed readings stand in the table; {(faults.Count == 0 ? "every one equals its line in the file" : "NOT all equal their lines in the file:")}");
            foreach (var fault in faults) Console.WriteLine($"  {fault}");
            if (!device.AgentEndedWell) Console.WriteLine($"  its agent did not end well: {device.AgentEnd}; see {device.LogPath}");
        }

        return code;
    }
}
