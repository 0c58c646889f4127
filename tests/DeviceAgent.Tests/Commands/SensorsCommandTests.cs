using System.Collections;
using System.CommandLine;
using System.Text.Json;
using DeviceAgent.Commands;
using DeviceAgent.Readings.Sources;
using DeviceAgent.Tests.Hosting;
using DeviceAgent.Tests.Readings.Sources;

namespace DeviceAgent.Tests.Commands;

/// <summary><c>device-agent sensors</c> on a sysfs of the test's.</summary>
public sealed class SensorsCommandTests : IDisposable
{
    private readonly SysfsTree _sys = new();
    private readonly TestDevice _device = new(TimeProvider.System);

    public void Dispose()
    {
        _sys.Dispose();
        _device.Dispose();
    }

    [Fact]
    public async Task Sensors_NothingIsConfigured_ListsNameValueUnitAndPlace()
    {
        _sys.Zone(0, "cpu-thermal", "48312");
        _sys.Lm75(0, SysfsTree.I2C + "/1-0048", "21.5");
        _sys.Hwmon(1, SysfsTree.I2C + "/1-0044", ("name", "sht3x"), ("humidity1_input", "150000"));
        var (exit, output, error) = await RunAsync([]);

        Assert.Equal(ExitCode.Ok, exit);
        Assert.Equal(
            """
            cpu_thermal      48.312 °C  thermal/cpu-thermal/thermal_zone0
            lm75_temp1         21.5 °C  platform/soc/fe804000.i2c/0048/temp1
            sht3x_humidity1   no value  platform/soc/fe804000.i2c/0044/humidity1
                150 % is outside the physical range of 0 to 100 %

            """,
            output[..output.IndexOf("To give one another name", StringComparison.Ordinal)]);
        Assert.Contains("To give one another name:  \"source\": { \"kind\": \"linux\", \"names\": { \"cpu_thermal\": \"NAME\" } }\n", output, StringComparison.Ordinal);
        Assert.Contains("To read only some:         \"source\": { \"kind\": \"linux\", \"sensors\": [ \"cpu_thermal\" ] }\n", output, StringComparison.Ordinal);
        Assert.Contains("The agent reads them where the kind of a source is linux, which none is in this configuration.", output, StringComparison.Ordinal);
        Assert.Equal("note: there is no /nonexistent/default.json yet: names and folders are the defaults\n", error);
    }

    [Fact]
    public async Task Sensors_Json_HasTheSameForPrograms()
    {
        _sys.Iio(0, SysfsTree.I2C + "/1-0076", ("name", "bmp280"), ("in_pressure_input", "101.325"), ("in_temp_input", "soon"));
        var (exit, output, _) = await RunAsync(["--json"]);
        Assert.Equal(ExitCode.Ok, exit);
        using var json = JsonDocument.Parse(output);
        var sensors = json.RootElement.GetProperty("sensors");
        Assert.Equal(
            """{"name":"bmp280_pressure","id":"platform/soc/fe804000.i2c/0076/in_pressure","id_is_stable":true,"read":true,"chip":"bmp280","value":101.325,"unit":"kPa","problem":null}""",
            sensors[0].GetRawText());
        Assert.Equal(("bmp280_temperature", JsonValueKind.Null), (sensors[1].GetProperty("name").GetString(), sensors[1].GetProperty("value").ValueKind));
        Assert.Contains("is not a number", sensors[1].GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sensors_NothingButNumbersTellsThemApart_SaysSo()
    {
        _sys.Zone(0, "cpu-thermal", "40000");
        _sys.Zone(1, "cpu-thermal", "41000");
        _sys.Zone(2, "gpu-thermal", "42000");
        var (_, output, _) = await RunAsync([]);
        Assert.Equal(2, output.Split("nothing but the kernel's number tells it from the others of its kind").Length - 1);
        Assert.Contains("cpu_thermal_2  41 °C  thermal/cpu-thermal/thermal_zone1\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sensors_NoSensor_SaysWhereItLooked()
    {
        var (exit, output, _) = await RunAsync([]);
        Assert.Equal(ExitCode.Ok, exit);
        Assert.StartsWith($"no sensor was found in {_sys.Path}: ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sensors_NamesWereGiven_ShowsThemAndWritesNothing()
    {
        const string register = """{"sensors":[{"id":"platform/soc/fe804000.i2c/0049/temp1","name":"lm75_temp1","chip":"lm75"},{"id":"w1/28-00","name":"w1_28_00","chip":"w1"}]}""";
        var state = _device.WriteText("state/" + SensorRegister.FileName, register);
        _sys.Lm75(0, SysfsTree.I2C + "/1-0048", "20");
        _sys.Lm75(1, SysfsTree.I2C + "/1-0049", "30");
        var before = Files();
        var (exit, output, error) = await RunAsync(["--config", _device.ConfigurationPath, "--set", "source.kind=linux"]);

        Assert.Equal(ExitCode.Ok, exit);
        Assert.Contains("lm75_temp1_2  20 °C  platform/soc/fe804000.i2c/0048/temp1\n", output, StringComparison.Ordinal);
        Assert.Contains("lm75_temp1    30 °C  platform/soc/fe804000.i2c/0049/temp1\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("The agent reads them where", output, StringComparison.Ordinal);
        Assert.Contains("note: Sensor w1_28_00 of an earlier run is not there: w1/28-00.", error, StringComparison.Ordinal);
        Assert.Equal(before, Files());
        Assert.Equal(register, await File.ReadAllTextAsync(state));
    }

    [Fact]
    public async Task Sensors_RegisterIsDamaged_SaysThatNamesWouldBeNewAndLeavesIt()
    {
        var state = _device.WriteText("state/" + SensorRegister.FileName, "{");
        _sys.Lm75(0, SysfsTree.I2C + "/1-0048", "20");
        var before = Files();
        var (exit, output, error) = await RunAsync(["--config", _device.ConfigurationPath]);
        Assert.Equal(ExitCode.Ok, exit);
        Assert.StartsWith("lm75_temp1  20 °C  ", output, StringComparison.Ordinal);
        Assert.Contains($"note: The names that sensors were given before are not known here, those shown would be given anew: '{state}' cannot be understood", error, StringComparison.Ordinal);
        Assert.Equal(before, Files());
    }

    /// <summary>What the package installs has placeholders, and no certificate is there yet.</summary>
    [Fact]
    public async Task Sensors_RestOfTheConfigurationIsWrong_WorksWithItsNames()
    {
        _device.WriteConfiguration(new Dictionary<string, string>
        {
            ["thingName"] = "\"<THING>\"",
            ["source"] = "{ \"kind\": \"linux\", \"names\": { \"1-0048/temp1\": \"inlet\", \"1-0050\": \"gone\" } }",
        });
        _sys.Lm75(0, SysfsTree.I2C + "/1-0048", "20");
        var (exit, output, error) = await RunAsync(["--config", _device.ConfigurationPath]);
        Assert.Equal(ExitCode.Ok, exit);
        Assert.StartsWith("inlet  20 °C  ", output, StringComparison.Ordinal);
        Assert.Contains("note: source.names: '1-0050' fits no sensor that is there.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sensors_SomeAreChosenInOneOfSeveralSources_SaysWhichAreNotRead()
    {
        var configuration = TestDevice.Valid();
        configuration.Remove("source");
        _device.WriteConfiguration(configuration.Append(KeyValuePair.Create("sources", """{ "made-up": { "kind": "simulated" }, "room": { "kind": "linux", "names": { "1-0048": "inlet" }, "sensors": [ "inlet" ] } }""")));
        _sys.Lm75(0, SysfsTree.I2C + "/1-0048", "20");
        _sys.Lm75(1, SysfsTree.I2C + "/1-0049", "30");
        var (exit, output, _) = await RunAsync(["--config", _device.ConfigurationPath, "--json"], section: "sources.room");
        Assert.Equal(ExitCode.Ok, exit);
        using var json = JsonDocument.Parse(output);
        Assert.Equal([("inlet", true), ("lm75_temp1_2", false)], json.RootElement.GetProperty("sensors").EnumerateArray().Select(s => (s.GetProperty("name").GetString(), s.GetProperty("read").GetBoolean())));
    }

    [Theory]
    [InlineData("source.names.x=timestamp", "source.names.x = timestamp: is the name of a key")]
    [InlineData("nonsense", "--set = nonsense")]
    public async Task Sensors_WhatItNeedsIsWrong_EndsWithTheExitCodeOfTheConfiguration(string assignment, string expected)
    {
        var (exit, output, error) = await RunAsync(["--set", assignment]);
        Assert.Equal(ExitCode.BadConfiguration, exit);
        Assert.Equal("", output);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sensors_FileThatIsNamedIsNotThere_IsAnError()
    {
        var (exit, _, error) = await RunAsync(["--config", "/nonexistent/agent.json"]);
        Assert.Equal(ExitCode.BadConfiguration, exit);
        Assert.Contains("there is no such file", error, StringComparison.Ordinal);
    }

    private string[] Files() => [.. Directory.GetFileSystemEntries(_device.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    private async Task<(ExitCode Exit, string Output, string Error)> RunAsync(string[] arguments, string section = "source")
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var command = new RootCommand { SensorsCommand.Create(new ConfigurationPlaces(new Hashtable(), "/nonexistent", "/nonexistent/default.json", IsTerminal: false)) };
        var exit = await command.Parse(["sensors", .. arguments, "--set", $"{section}.sysfsRoot={_sys.Path}"]).InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return ((ExitCode)exit, output.ToString(), error.ToString());
    }
}
