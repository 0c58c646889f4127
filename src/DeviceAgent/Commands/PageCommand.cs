using System.CommandLine;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Local;

namespace DeviceAgent.Commands;

/// <summary><c>device-agent page</c>: the link to the page of the agent, with its token.</summary>
internal static class PageCommand
{
    private const int MaxTokenBytes = 4096;

    /// <summary>Of the reader's computer, where the socket is forwarded to it.</summary>
    private const int UsualPort = 8470;

    public static Command Create()
    {
        var arguments = new ConfigurationArguments();
        var command = new Command("page", "Prints the link to the agent's page, with its token, and how to open it from another computer. The page is on where endpoint.pagePort or endpoint.page is set.");
        arguments.AddTo(command);
        command.SetAction(parsed => (int)Show(arguments, parsed));
        return command;
    }

    private static ExitCode Show(ConfigurationArguments arguments, ParseResult parsed)
    {
        if (arguments.TryLoadOptions(parsed) is not { } options) return ExitCode.BadConfiguration;
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var (endpoint, host) = (options.Endpoint, Environment.MachineName);
        if (!endpoint.HasPage)
        {
            error.WriteLine("device-agent: there is no page: set endpoint.pagePort (e.g. 8470), or endpoint.page to true for the socket alone, and restart the agent");
            return ExitCode.Failure;
        }

        if (endpoint.PagePort is not { } port)
        {
            output.WriteLine($"http://127.0.0.1:{UsualPort}/");
            error.WriteLine($"The page is on the socket: on the computer with the browser, ssh -N -L {UsualPort}:{endpoint.Sockets.First()} USER@{host}");
            return ExitCode.Ok;
        }

        var path = Path.Combine(options.StateDirectory, ListenerToken.PageFileName);
        try
        {
            StateOwner.Become(options.StateDirectory);
            output.WriteLine($"http://127.0.0.1:{port}/#{InputFile.ReadText(path, MaxTokenBytes).Trim()}");
            error.WriteLine($"From another computer: ssh -N -L {port}:127.0.0.1:{port} USER@{host}, then open the same link there. It holds the page's token: whoever has it can see readings and log.");
            return ExitCode.Ok;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            error.WriteLine($"device-agent: there is no '{path}' yet: the agent makes it at its start, once endpoint.pagePort is set");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CommandException)
        {
            error.WriteLine($"device-agent: the token of the page cannot be read: {e.Message}. Run this by sudo, or as the agent's user");
        }

        return ExitCode.Failure;
    }
}
